package io.kugetsu.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a process left behind is found by the numbers that were given out since it was started. */
class LeftoversTest {
  private static final String QUIET = "setsid sleep 300 >/dev/null 2>&1 </dev/null &";

  @RegisterExtension final Runs runs = new Runs();
  private final ProcessTable table = new ProcessTable();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "(" + QUIET + ")",
        "(sh -c '(" + QUIET + ")' &)",
        "for i in $(seq 50); do /bin/true; done; ("
            + QUIET
            + "); for i in $(seq 50); do /bin/true; done",
        "(" + QUIET + " " + QUIET + ")",
        "perl -e 'exit if fork; exit if fork; close STDOUT; close STDERR; sleep 300'"
      })
  void whoever_a_process_leaves_behind_is_ended(String script) throws Exception {
    runs.run(runs.sh(script));

    assertEquals(List.of(), runs.survivors());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "(" + QUIET + ")",
        "for i in $(seq 200); do /bin/true; done; ("
            + QUIET
            + "); for i in $(seq 200); do /bin/true; done"
      })
  void it_is_found_among_the_new_numbers_alone(String script) throws Exception {
    Process root = start(script);
    root.waitFor();
    // Without the bound in time, which a slow machine may pass.
    NewPids real = NewPids.since(root.pid(), System.nanoTime());
    long last = real.last();
    boolean tell = last > root.pid();
    if (!tell) {
      ProcessTrees.end(runs.marker, Duration.ZERO);
    }
    assumeTrue(tell, "the machine has begun its numbers anew, or given out very many since");
    NewPids since = new NewPids(root.pid(), System.nanoTime() + Runs.LONG.toNanos(), () -> last);

    List<ProcessTable.Entry> seen = table.lookSince(since).all();
    assertTrue(seen.size() < table.look().all().size());
    assertEquals(runs.survivors(), marked(seen));

    TreeEnder ender = TreeEnder.ofLeftovers(table, runs.marker, since);
    assertEquals(1, ender.end(Duration.ZERO).ended());
    assertEquals(1, ender.leftovers());
    assertEquals(List.of(), runs.survivors());
  }

  @Test
  void one_that_comes_while_the_others_are_ended_is_ended_too() throws Exception {
    Process root = start("(trap 'setsid sleep 300 & exit' TERM; setsid sleep 300 & wait) & exit 3");
    root.waitFor();
    NewPids real = NewPids.since(root.pid(), System.nanoTime());
    NewPids since = new NewPids(root.pid(), System.nanoTime() + Runs.LONG.toNanos(), real::last);

    TreeEnder.ofLeftovers(table, runs.marker, since).end(Duration.ofMillis(300));

    assertEquals(List.of(), runs.survivors());
  }

  @Test
  void numbers_that_do_not_tell_make_it_look_at_all() throws Exception {
    long soon = System.nanoTime() + Runs.LONG.toNanos();
    long self = ProcessHandle.current().pid();
    AtomicLong asked = new AtomicLong();

    NewPids begunAnew = new NewPids(self + 10, soon, () -> self + 9);
    NewPids tooMany = new NewPids(self + 1, soon, () -> self + 1_000_000);
    NewPids tooLate = new NewPids(self + 1, System.nanoTime(), asked::incrementAndGet);

    for (NewPids since : List.of(begunAnew, tooMany, tooLate)) {
      assertEquals(-1, since.last());
      assertTrue(
          table.lookSince(since).all().stream().anyMatch(entry -> entry.pid() == self), "all");
    }
    assertEquals(0, asked.get(), "after so long even a good number says nothing");
    assertEquals(self, new NewPids(self, soon, () -> self).last());
  }

  @Test
  void a_thread_is_no_process() throws Exception {
    RunningProcess host =
        runs.runner.start(runs.java(AbandoningMain.class, runs.marker + ".below").build());
    runs.lines.awaitLine("up");
    long[] threads =
        Arrays.stream(new File("/proc/" + host.pid() + "/task").list())
            .mapToLong(Long::parseLong)
            .sorted()
            .toArray();
    assertTrue(threads.length > 1);

    NewPids since =
        new NewPids(
            host.pid(), System.nanoTime() + Runs.LONG.toNanos(), () -> threads[threads.length - 1]);
    List<Long> seen =
        table.lookSince(since).all().stream()
            .filter(entry -> runs.marker.equals(entry.marker()))
            .map(ProcessTable.Entry::pid)
            .toList();

    assertEquals(List.of(host.pid()), seen);
    ProcessTrees.end(runs.marker + ".below", Duration.ZERO);
    host.stop(Duration.ZERO);
    assertFalse(Runs.await(host).isSuccess());
  }

  private Process start(String script) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder("/bin/sh", "-c", script).directory(Path.of("/tmp").toFile());
    Map<String, String> environment = new HashMap<>(Runs.PATH);
    environment.put(ProcessSpec.MARKER_VARIABLE, runs.marker);
    builder.environment().clear();
    builder.environment().putAll(environment);
    return builder
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  private List<Long> marked(List<ProcessTable.Entry> entries) {
    return entries.stream()
        .filter(entry -> runs.marker.equals(entry.marker()))
        .map(ProcessTable.Entry::pid)
        .sorted()
        .toList();
  }
}
