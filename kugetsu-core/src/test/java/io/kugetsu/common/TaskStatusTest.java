package io.kugetsu.common;

import static io.kugetsu.common.TaskStatus.AWAITING;
import static io.kugetsu.common.TaskStatus.CANCELLED;
import static io.kugetsu.common.TaskStatus.COMPLETED;
import static io.kugetsu.common.TaskStatus.FAILED;
import static io.kugetsu.common.TaskStatus.INTERRUPTED;
import static io.kugetsu.common.TaskStatus.LOST;
import static io.kugetsu.common.TaskStatus.PENDING;
import static io.kugetsu.common.TaskStatus.RUNNING;
import static io.kugetsu.common.TaskStatus.STOPPING;
import static io.kugetsu.common.TaskStatus.TIMED_OUT;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class TaskStatusTest {
  private static final Set<TaskStatus> ENDS =
      EnumSet.of(COMPLETED, FAILED, TIMED_OUT, LOST, INTERRUPTED);

  @Test
  void only_these_changes_are_allowed() {
    Set<TaskStatus> fromRunning = EnumSet.copyOf(ENDS);
    fromRunning.addAll(EnumSet.of(STOPPING, PENDING, AWAITING));
    Set<TaskStatus> fromStopping = EnumSet.copyOf(ENDS);
    fromStopping.add(AWAITING);
    Map<TaskStatus, Set<TaskStatus>> allowed =
        Map.of(
            PENDING,
            EnumSet.of(RUNNING, CANCELLED),
            RUNNING,
            fromRunning,
            STOPPING,
            fromStopping,
            AWAITING,
            ENDS);

    for (TaskStatus from : TaskStatus.values()) {
      Set<TaskStatus> next =
          Arrays.stream(TaskStatus.values()).filter(from::canBecome).collect(Collectors.toSet());
      assertEquals(allowed.getOrDefault(from, Set.of()), next, from.name());
    }
  }

  @Test
  void what_is_over_stays_over() {
    Set<TaskStatus> terminal =
        Arrays.stream(TaskStatus.values())
            .filter(TaskStatus::isTerminal)
            .collect(Collectors.toSet());

    assertEquals(Set.of(COMPLETED, FAILED, TIMED_OUT, LOST, INTERRUPTED, CANCELLED), terminal);
  }
}
