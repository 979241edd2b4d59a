package io.kugetsu.storm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.Kugetsu;
import io.kugetsu.common.LimitKey;
import io.kugetsu.common.TaskId;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.support.ChildProgram;
import io.kugetsu.support.LeakFree;
import io.kugetsu.support.TestRepository;
import io.kugetsu.task.TaskResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Several programs hand messages over in one directory, under a limit of 5 agents and 2 for each
 * provider. How much is settable: {@code -Dkugetsu.storm.tasks} and {@code -Dkugetsu.storm.kills}.
 */
@Timeout(1_800)
class StormIT extends LeakFree {
  private static final int JVMS = 4;
  private static final int THREADS = 8;
  private static final int TASKS = Integer.getInteger("kugetsu.storm.tasks", 400);
  private static final int KILLS = Integer.getInteger("kugetsu.storm.kills", 10);

  @TempDir Path temp;

  /** What the programs said they had accepted, with the provider of each. */
  private final Map<String, String> accepted = new HashMap<>();

  @BeforeEach
  void makeRepository() throws Exception {
    TestRepository.create(temp.resolve("shop"));
    try (Kugetsu kugetsu = StormMain.builder(temp).dispatch(false).open()) {
      kugetsu.init();
    }
  }

  @Test
  void however_many_programs_hand_over_no_limit_is_ever_passed_and_each_is_done_once()
      throws Exception {
    int each = TASKS / JVMS / THREADS;
    Observer observer = Observer.begin();
    List<ChildProgram> programs = new ArrayList<>();
    try (observer) {
      for (int i = 0; i < JVMS; i++) {
        programs.add(ChildProgram.start(StormMain.class, temp, "jvm" + i, THREADS, each));
      }
      end(programs);
    } finally {
      programs.forEach(ChildProgram::close);
    }

    assertEquals(JVMS * THREADS * each, accepted.size());
    Witness witness = assertDoneOnce();
    assertEquals(StormMain.LIMIT, witness.most(), "as the agents wrote it");
    assertEquals(StormMain.PER_PROVIDER, witness.mostOfOneProvider(), "as the agents wrote it");
    assertEquals(StormMain.LIMIT, observer.most(), "as the operating system saw it");
    assertEquals(StormMain.PER_PROVIDER, observer.mostOfOne(accepted), "of one provider");
    assertTrue(observer.looks() > 100, "it was looked at");
  }

  @Test
  void nor_when_programs_are_killed_and_replaced_all_the_time() throws Exception {
    Random random = new Random(KILLS);
    Observer observer = Observer.begin();
    List<ChildProgram> programs = new ArrayList<>();
    try (observer) {
      for (int i = 0; i < JVMS; i++) {
        programs.add(ChildProgram.start(StormMain.class, temp, "jvm" + i, THREADS, 4));
      }
      for (int kill = 0; kill < KILLS; kill++) {
        ChildProgram victim = programs.remove(random.nextInt(programs.size()));
        victim.await("accepted");
        victim.killAfter(random.nextInt(500));
        take(victim);
        programs.add(ChildProgram.start(StormMain.class, temp, "new" + kill, THREADS, 1));
      }
      end(programs);
    } finally {
      programs.forEach(ChildProgram::close);
    }

    Witness witness = assertDoneOnce();
    assertTrue(witness.most() <= StormMain.LIMIT, () -> witness.most() + " at once");
    assertTrue(witness.mostOfOneProvider() <= StormMain.PER_PROVIDER, "of one provider");
    assertTrue(observer.most() <= StormMain.LIMIT, () -> observer.most() + " at once");
  }

  private void end(List<ChildProgram> programs) throws Exception {
    for (ChildProgram program : programs) {
      program.await("over");
    }
    for (ChildProgram program : programs) {
      program.endInput();
      program.awaitEnd();
      take(program);
    }
  }

  private void take(ChildProgram program) {
    for (String line : program.lines()) {
      String[] words = line.split(" ");
      if (words[0].equals("accepted") && words.length == 4) {
        accepted.put(words[1], words[3]);
      }
    }
  }

  /** Also what was accepted by a program that could not say so any more is in the directory. */
  private Witness assertDoneOnce() throws Exception {
    Set<String> kept = new HashSet<>();
    try (Kugetsu kugetsu = StormMain.builder(temp).open()) {
      for (io.kugetsu.task.TaskInfo task : kugetsu.tasks().list()) {
        TaskResult result =
            kugetsu.tasks().find(task.id()).orElseThrow().await(Duration.ofMinutes(2));
        assertEquals(TaskStatus.COMPLETED, result.status(), result::toString);
        kept.add(task.id().value());
      }
      assertEquals(0, kugetsu.limiter().held(LimitKey.AGENTS));
      for (String id : accepted.keySet()) {
        assertTrue(kept.contains(new TaskId(id).value()), () -> id + " is lost");
      }
    }
    Witness witness = new Witness(Files.readAllLines(temp.resolve("witness")));
    assertEquals(Set.of(), witness.twiceAtOnce);
    assertEquals(Set.of(), witness.cut());
    assertEquals(kept, witness.ended);
    assertTrue(witness.runs.values().stream().allMatch(runs -> runs == 1), "each ran once");
    return witness;
  }
}
