package io.kugetsu.task.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.kugetsu.common.StopReason;
import io.kugetsu.task.Cancellation;
import io.kugetsu.task.TaskSpec;
import io.kugetsu.testing.ManualTimers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Which time counts when. */
class AttendanceTest {
  private final ManualTimers timers = new ManualTimers();
  private final List<String> done = new ArrayList<>();
  private final Attendance.Actions actions =
      new Attendance.Actions() {
        @Override
        public void stop(StopReason reason, boolean inFront) {
          done.add("stop " + reason.origin() + (inFront ? " in front" : ""));
        }

        @Override
        public void detachByDeadline() {
          done.add("detach");
        }
      };

  private Attendance attendance(TaskSpec.OnDeadline onDeadline, Cancellation signal) {
    return new Attendance(
        new TaskOptions(
            Duration.ofSeconds(10),
            Duration.ofSeconds(100),
            onDeadline,
            Duration.ZERO,
            Duration.ZERO),
        timers,
        signal);
  }

  @Test
  void the_time_in_the_background_counts_from_the_detaching() {
    Attendance attendance = attendance(TaskSpec.OnDeadline.DETACH, null);
    attendance.attend(actions, false);
    timers.advance(Duration.ofSeconds(60));
    attendance.started(false);
    timers.advance(Duration.ofSeconds(10));
    attendance.detached();
    timers.advance(Duration.ofSeconds(99));
    assertEquals(List.of("detach"), done);
    timers.advance(Duration.ofSeconds(1));
    assertEquals(List.of("detach", "stop DEADLINE"), done);
    assertEquals(0, timers.pending());
  }

  @Test
  void detached_before_it_runs_only_the_time_in_the_background_counts() {
    Attendance attendance = attendance(TaskSpec.OnDeadline.STOP, null);
    attendance.attend(actions, false);
    attendance.detached();
    attendance.started(true);
    timers.advance(Duration.ofSeconds(99));
    assertEquals(List.of(), done);
    timers.advance(Duration.ofSeconds(1));
    assertEquals(List.of("stop DEADLINE"), done);
  }

  @Test
  void what_is_made_ready_first_is_a_part_of_its_time() {
    Attendance attendance = attendance(TaskSpec.OnDeadline.STOP, null);
    attendance.attend(actions, true);
    attendance.preparing(true);
    timers.advance(Duration.ofSeconds(6));
    attendance.started(true);
    timers.advance(Duration.ofSeconds(3));
    assertEquals(List.of(), done);
    timers.advance(Duration.ofSeconds(1));
    assertEquals(List.of("stop DEADLINE"), done);
  }

  @Test
  void detached_while_it_is_made_ready_only_the_time_in_the_background_counts() {
    Attendance attendance = attendance(TaskSpec.OnDeadline.STOP, null);
    attendance.attend(actions, false);
    attendance.preparing(false);
    timers.advance(Duration.ofSeconds(9));
    attendance.detached();
    assertEquals(Map.of(), attendance.started(true));
    timers.advance(Duration.ofSeconds(99));
    assertEquals(List.of(), done);
    timers.advance(Duration.ofSeconds(1));
    assertEquals(List.of("stop DEADLINE"), done);
  }

  @Test
  void taken_over_it_has_what_is_left_of_its_time() {
    Attendance first = attendance(TaskSpec.OnDeadline.STOP, null);
    first.attend(actions, true);
    Map<String, String> recorded = first.started(true);
    first.ended();
    Attendance second = attendance(TaskSpec.OnDeadline.STOP, null);
    second.attend(actions, true);
    second.adopted(recorded, true);
    timers.advance(Duration.ofSeconds(11));
    assertEquals(List.of("stop DEADLINE"), done);
  }

  /** Its program died before it heard that somebody else had detached the task. */
  @Test
  void taken_over_after_somebody_else_detached_it_the_time_in_the_background_counts() {
    Attendance first = attendance(TaskSpec.OnDeadline.STOP, null);
    first.attend(actions, false);
    Map<String, String> recorded = first.started(false);
    first.ended();
    Attendance second = attendance(TaskSpec.OnDeadline.STOP, null);
    second.attend(actions, true);
    second.adopted(recorded, true);
    timers.advance(Duration.ofSeconds(99));
    assertEquals(List.of(), done);
    timers.advance(Duration.ofSeconds(1));
    assertEquals(List.of("stop DEADLINE"), done);
  }

  @Test
  void taken_over_without_a_deadline_it_has_none() {
    TaskOptions any =
        new TaskOptions(
            Duration.ZERO,
            Duration.ofSeconds(1),
            TaskSpec.OnDeadline.STOP,
            Duration.ZERO,
            Duration.ZERO);
    Attendance first = new Attendance(any, timers, null);
    first.attend(actions, true);
    Map<String, String> recorded = first.started(true);
    Attendance second = new Attendance(any, timers, null);
    second.attend(actions, true);
    second.adopted(recorded, true);
    timers.advance(Duration.ofDays(1));
    assertEquals(List.of(), done);
  }

  /** Others can find it as soon as it is admitted, and that is before it listens to the caller. */
  @Test
  void detached_before_it_listens_the_callers_signal_counts_no_more() {
    Cancellation signal = new Cancellation();
    Attendance attendance = attendance(TaskSpec.OnDeadline.STOP, signal);
    attendance.detached();
    attendance.attend(actions, false);
    signal.cancel(StopReason.user(""));
    assertEquals(List.of(), done);
  }

  @Test
  void after_the_end_nothing_happens() {
    Cancellation signal = new Cancellation();
    Attendance attendance = attendance(TaskSpec.OnDeadline.STOP, signal);
    attendance.attend(actions, false);
    attendance.started(false);
    attendance.ended();
    attendance.detached();
    attendance.adopted(Map.of(), true);
    signal.cancel(StopReason.user(""));
    timers.advance(Duration.ofDays(1));
    assertEquals(List.of(), done);
    assertEquals(0, timers.pending());
  }
}
