package io.kugetsu.task;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.common.TaskId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** O12: what the documentation says of defaults is what they are. S47: identifiers are unique. */
class DefaultsTest {
  @Test
  void the_documentation_tells_the_defaults() throws IOException {
    CommandSpec command = TaskSpec.command("true");
    assertEquals(Duration.ZERO, command.deadline());
    assertEquals(Duration.ZERO, command.deadlineOnceDetached());
    assertEquals(Duration.ZERO, command.stalledAfter());
    assertEquals(TaskSpec.OnDeadline.STOP, command.onDeadline());
    assertEquals(0, command.memoryCeiling());
    assertEquals(Set.of(), command.limitKeys());
    assertEquals(CommandSpec.Runner.SUPERVISED, command.runner());
    assertEquals(CommandSpec.DEFAULT_OUTPUT_CEILING, command.outputCeiling());
    assertEquals(TaskSpec.DEFAULT_GRACE, command.grace());

    Map<String, String> told = new LinkedHashMap<>();
    told.put(
        "TaskSpec.java",
        "How long a stop is polite before it is not, unless something else is said: "
            + TaskSpec.DEFAULT_GRACE.toSeconds()
            + " s.");
    told.put(
        "CommandSpec.java",
        "How much a command may write, unless something else is said: "
            + (CommandSpec.DEFAULT_OUTPUT_CEILING >> 20)
            + " MiB.");
    told.put(
        "OutputSnapshot.java",
        "How long a preview is at most: " + (OutputSnapshot.PREVIEW >> 10) + " KiB.");
    told.put("Retention.java", "Seven days, and 10 000 tasks.");
    assertEquals(new Retention(Duration.ofDays(7), 10_000), Retention.DEFAULT);
    Path sources =
        Path.of(System.getProperty("basedir", "")).resolve("src/main/java/io/kugetsu/task");
    for (Map.Entry<String, String> each : told.entrySet()) {
      String source = Files.readString(sources.resolve(each.getKey()));
      assertTrue(
          source.contains("/** " + each.getValue() + " */"),
          () -> each.getKey() + " does not say: " + each.getValue());
    }
  }

  @Test
  void a_million_identifiers_are_different() {
    Clock still = Clock.fixed(Clock.systemUTC().instant(), Clock.systemUTC().getZone());
    Set<TaskId> all = new HashSet<>(2_000_000);
    TaskId last = TaskId.next(still);
    for (int i = 0; i < 1_000_000; i++) {
      TaskId next = TaskId.next(still);
      assertTrue(all.add(next) && last.compareTo(next) < 0);
      last = next;
    }
  }
}
