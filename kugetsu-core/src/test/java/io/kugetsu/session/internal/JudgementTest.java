package io.kugetsu.session.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.agent.AgentReport;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.config.ResumePolicy;
import io.kugetsu.process.ProcessExit;
import io.kugetsu.process.RunState;
import io.kugetsu.session.SessionState;
import io.kugetsu.task.FailureType;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** What is tried again, how often, and when. */
class JudgementTest {
  private static final ProcessExit BY_ITSELF =
      new ProcessExit(
          OptionalInt.of(1),
          Optional.empty(),
          false,
          OptionalLong.empty(),
          OptionalLong.empty(),
          true,
          0,
          Instant.EPOCH,
          Duration.ZERO,
          RunState.EXITED,
          Optional.empty());

  private boolean worked;
  private boolean closed;
  private boolean mayWait = true;
  private Duration retryAfter = Duration.ZERO;
  private double random = 0.5;

  private Judgement judge(FailureType failure, int attempts) {
    AgentReport report =
        new AgentReport(
            "",
            Optional.of(failure),
            "said so",
            worked,
            Optional.of(retryAfter).filter(it -> !it.isZero()),
            "",
            AgentReport.Usage.NONE);
    return Judgement.of(
        BY_ITSELF,
        report,
        Optional.empty(),
        mayWait,
        attempts,
        random,
        ResumePolicy.ASK,
        any -> closed);
  }

  @Test
  void what_passes_is_tried_three_times() {
    for (int before = 0; before < 2; before++) {
      Judgement judgement = judge(FailureType.TRANSIENT, before);
      assertEquals(TaskStatus.PENDING, judgement.status());
      assertTrue(judgement.attempt());
      assertEquals(SessionState.READY, judgement.session());
    }
    assertEquals(TaskStatus.FAILED, judge(FailureType.TRANSIENT, 2).status());
  }

  @Test
  void each_wait_is_anything_up_to_twice_the_one_before() {
    random = 0.999;
    assertEquals(Duration.ofMillis(2_997), judge(FailureType.TRANSIENT, 0).delay());
    assertEquals(Duration.ofMillis(5_994), judge(FailureType.TRANSIENT, 1).delay());
    random = 0;
    assertEquals(Duration.ZERO, judge(FailureType.TRANSIENT, 1).delay());
    retryAfter = Duration.ofSeconds(40);
    assertEquals(Duration.ofSeconds(40), judge(FailureType.TRANSIENT, 0).delay());
  }

  @Test
  void a_limit_and_a_paused_key_cost_no_attempt() {
    closed = true;
    for (FailureType failure :
        List.of(FailureType.RATE_LIMIT, FailureType.OVERLOADED, FailureType.AUTHENTICATION)) {
      Judgement judgement = judge(failure, 2);
      assertEquals(TaskStatus.PENDING, judgement.status());
      assertFalse(judgement.attempt());
      assertEquals(Duration.ZERO, judgement.delay(), "it waits for its key");
    }
    closed = false;
    assertEquals(TaskStatus.FAILED, judge(FailureType.AUTHENTICATION, 0).status());
    assertEquals(
        Duration.ofMillis(1_500),
        judge(FailureType.RATE_LIMIT, 0).delay(),
        "when nothing could be noted about the key");
  }

  @Test
  void nothing_is_repeated_that_was_at_work_or_was_to_start_at_once() {
    closed = true;
    for (FailureType failure :
        List.of(FailureType.RATE_LIMIT, FailureType.TRANSIENT, FailureType.AUTHENTICATION)) {
      worked = true;
      Judgement judgement = judge(failure, 0);
      assertEquals(TaskStatus.FAILED, judgement.status());
      assertEquals(SessionState.INTERRUPTED, judgement.session());
      worked = false;
      mayWait = false;
      assertEquals(TaskStatus.FAILED, judge(failure, 0).status());
      mayWait = true;
    }
  }
}
