package io.kugetsu.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.kugetsu.internal.ProcessFacts;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LocalProbeTest {
  private final List<String> asked = new ArrayList<>();
  private Process supervisor;
  private Holder.Supervised tree;

  @BeforeEach
  void start() throws IOException {
    supervisor = new ProcessBuilder("cat").start();
    tree =
        new Holder.Supervised(
            supervisor.pid(),
            ProcessFacts.startTicks(supervisor.pid()).orElseThrow(),
            ProcessFacts.bootId(),
            "mark");
  }

  @AfterEach
  void end() throws InterruptedException {
    supervisor.destroyForcibly().waitFor();
  }

  private Liveness probe(boolean lives, Holder holder) {
    return Engines.localProbe(
            marker -> {
              asked.add(marker);
              return lives;
            })
        .probe(holder);
  }

  @Test
  void a_tree_lives_with_its_supervisor_and_nobody_is_asked() {
    assertEquals(Liveness.ALIVE, probe(false, tree));
    assertEquals(Liveness.ALIVE, Engines.localProbe().probe(tree));
    assertEquals(List.of(), asked);
  }

  @Test
  void once_the_supervisor_is_gone_the_tree_itself_is_asked_by_its_marker() throws Exception {
    end();
    assertEquals(Liveness.ALIVE, probe(true, tree));
    assertEquals(Liveness.DEAD, probe(false, tree));
    assertEquals(List.of("mark", "mark"), asked);
    assertEquals(Liveness.DEAD, Engines.localProbe().probe(tree));
  }

  @Test
  void another_process_under_the_same_identifier_is_not_the_supervisor() {
    Holder reused =
        new Holder.Supervised(tree.pid(), tree.startTicks() + 1, tree.bootId(), tree.marker());
    assertEquals(Liveness.DEAD, probe(false, reused));
    assertEquals(Liveness.ALIVE, probe(true, reused));
  }

  @Test
  void nothing_of_another_boot_lives_and_nobody_is_asked() {
    Holder before = new Holder.Supervised(tree.pid(), tree.startTicks(), "another", "mark");
    assertEquals(Liveness.DEAD, probe(true, before));
    assertEquals(List.of(), asked);
  }

  @Test
  void what_cannot_be_found_out_is_unknown() throws Exception {
    end();
    Liveness.Probe failing =
        Engines.localProbe(
            marker -> {
              throw new IllegalStateException("no more file descriptors");
            });
    assertEquals(Liveness.UNKNOWN, failing.probe(tree));
  }

  @Test
  void processes_and_instances_are_known_as_before() throws Exception {
    Holder process = new Holder.OfProcess(tree.pid(), tree.startTicks(), tree.bootId());
    Holder me = new Holder.Instance(Engines.newOwner());
    assertEquals(Liveness.ALIVE, probe(false, process));
    assertEquals(Liveness.ALIVE, probe(false, me));
    end();
    assertEquals(Liveness.DEAD, probe(true, process));
    assertEquals(List.of(), asked);
  }
}
