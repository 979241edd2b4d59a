package io.kugetsu.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.common.TaskId;
import io.kugetsu.common.TaskStatus;
import java.nio.file.Path;
import java.time.Clock;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SeveralJvmsTest {
  private static final int LIMIT = 2;
  private static final int TASKS = 150;

  private final TreeMap<Long, Integer> changes = new TreeMap<>();
  private final Set<String> begun = new HashSet<>();

  @Test
  void several_jvms_and_a_kill_in_the_middle_never_pass_one_limit(@TempDir Path directory)
      throws Exception {
    try (Engine engine = Engines.files(directory, Clock.systemUTC(), Engines.localProbe())) {
      for (int i = 0; i < TASKS; i++) {
        engine.tasks().enqueue(CrashChild.task(TaskId.next(Clock.systemUTC()), null));
      }
      try (ChildJvm first = new ChildJvm(LimitChild.class, directory, LIMIT);
          ChildJvm second = new ChildJvm(LimitChild.class, directory, LIMIT)) {
        second.awaitFirstLine();
        first.awaitFirstLine();
        long killed = first.killAfter(150);
        try (ChildJvm third = new ChildJvm(LimitChild.class, directory, LIMIT)) {
          assertEquals(0, second.awaitEnd());
          assertEquals(0, third.awaitEnd());
          note(first.lines(), killed);
          note(second.lines(), Long.MAX_VALUE);
          note(third.lines(), Long.MAX_VALUE);
        }
      }
      int at = 0;
      for (int change : changes.values()) {
        at += change;
        assertTrue(at <= LIMIT, at + " ran at once");
      }
      assertTrue(begun.size() > TASKS - 10, "most tasks ran: " + begun.size());
      List<Claim> orphans = engine.tasks().claim(CrashChild.request(Engines.newOwner(), 0));
      int ended = engine.tasks().list(Set.of(TaskStatus.COMPLETED)).size();
      assertEquals(TASKS, ended + orphans.size());
      assertEquals(TASKS, engine.tasks().list(EnumSet.allOf(TaskStatus.class)).size());
    }
  }

  /** What still ran when its JVM was killed ended then. */
  private void note(List<String> lines, long killed) {
    Set<String> open = new HashSet<>();
    for (String line : lines) {
      String[] words = line.split(" ");
      if (words[0].equals("begin")) {
        assertTrue(begun.add(words[1]), words[1] + " ran twice");
        open.add(words[1]);
        change(Long.parseLong(words[2]), 1);
      } else if (words[0].equals("end")) {
        open.remove(words[1]);
        change(Long.parseLong(words[2]), -1);
      }
    }
    assertTrue(open.isEmpty() || killed != Long.MAX_VALUE, "a run did not end");
    open.forEach(id -> change(killed, -1));
  }

  private void change(long at, int by) {
    changes.merge(at, by, Integer::sum);
  }
}
