package io.kugetsu.task.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.kugetsu.common.TaskStatus;
import io.kugetsu.engine.TaskRecord;
import io.kugetsu.task.FailureType;
import io.kugetsu.task.Outcome;
import io.kugetsu.task.Samples;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TaskViewsTest {
  private static final TaskRecord ENDED =
      Samples.with(Samples.empty(TaskRecord.class), "status", TaskStatus.FAILED);

  @Test
  void a_task_says_what_it_is_about_if_it_was_told() {
    Map<String, String> input = Map.of("description", "the build", "message", "build it");
    assertEquals("the build", TaskViews.info(Samples.with(ENDED, "input", input)).description());
    assertEquals("", TaskViews.info(ENDED).description());
  }

  @Test
  void every_field_of_an_outcome_is_in_the_record() {
    assertKept(Samples.full(Outcome.class));
    assertKept(Samples.empty(Outcome.class));
  }

  @ParameterizedTest
  @EnumSource
  void every_failure_is_in_the_record(FailureType failure) {
    assertKept(Samples.with(Outcome.NONE, "failure", Optional.of(failure)));
  }

  /** Else whoever waits for it here would wait in vain, and no list could be read. */
  @Test
  void a_failure_that_only_a_newer_version_knows_is_one_all_the_same() {
    TaskRecord record = Samples.with(ENDED, "outcome", Map.of("failure", "SOMETHING_NEW"));
    assertEquals(Optional.of(FailureType.INTERNAL), TaskViews.result(record).outcome().failure());
  }

  private static void assertKept(Outcome outcome) {
    TaskRecord record = Samples.with(ENDED, "outcome", TaskViews.fields(outcome));
    assertEquals(outcome, TaskViews.result(record).outcome());
  }
}
