package io.kugetsu.session.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import io.kugetsu.agent.AgentReport;
import io.kugetsu.common.IssueRef;
import io.kugetsu.common.LimitKey;
import io.kugetsu.common.Limits;
import io.kugetsu.common.TaskId;
import io.kugetsu.engine.ClaimRequest;
import io.kugetsu.engine.Engine;
import io.kugetsu.engine.Engines;
import io.kugetsu.engine.KeyState;
import io.kugetsu.engine.NewTask;
import io.kugetsu.engine.Owner;
import io.kugetsu.task.FailureType;
import io.kugetsu.task.Run;
import io.kugetsu.testing.ManualClock;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What runs make of the keys they ran under. */
class KeyKeeperTest {
  private static final LimitKey PROVIDER = LimitKey.of("provider:x");
  private static final LimitKey MODEL = LimitKey.of("model:x/y");
  private static final LimitKey AGENT = LimitKey.of("agent:a");
  private static final AgentTask TASK =
      new AgentTask("m", IssueRef.parse("local:a"), Path.of("/r"), "a", Optional.of("x/y"), true);

  private final ManualClock clock = new ManualClock(Instant.parse("2026-11-21T12:00:00Z"));
  private final Engine engine = Engines.memory(clock, clock.machineTime(), Engines.localProbe());
  private final KeyKeeper keeper = new KeyKeeper(engine, clock);

  @AfterEach
  void close() {
    engine.close();
  }

  private Run run() {
    Run run = mock(Run.class);
    TaskId id = TaskId.next(clock);
    when(run.task()).thenReturn(id);
    when(run.epoch()).thenReturn(1L);
    when(run.marker()).thenReturn(id + ".1");
    return run;
  }

  private static AgentReport failing(FailureType failure, boolean worked, Duration retryAfter) {
    return new AgentReport(
        "",
        Optional.of(failure),
        "said so",
        worked,
        Optional.of(retryAfter).filter(it -> !it.isZero()),
        "",
        AgentReport.Usage.NONE);
  }

  private KeyKeeper.Verdict fails(FailureType failure) {
    return keeper.judge(run(), TASK, failing(failure, false, Duration.ZERO));
  }

  private void succeeds() {
    AgentReport done =
        new AgentReport(
            "done", Optional.empty(), "", true, Optional.empty(), "", AgentReport.Usage.NONE);
    assertEquals(KeyKeeper.Verdict.NONE, keeper.judge(run(), TASK, done));
  }

  private KeyState state(LimitKey key) {
    return engine.keys().all().getOrDefault(key, KeyState.OPEN);
  }

  private int capacity() {
    return state(PROVIDER).capacity(engine.keys().now());
  }

  private int room() {
    return state(PROVIDER).room(engine.keys().now());
  }

  private Duration closedFor() {
    KeyState.Closure closure = state(PROVIDER).closure();
    assertNotNull(closure);
    return closure.until().left(engine.keys().now());
  }

  private void running(int count) {
    for (int i = 0; i < count; i++) {
      engine
          .tasks()
          .enqueue(
              new NewTask(
                  TaskId.next(clock),
                  "k",
                  true,
                  0,
                  Set.of(PROVIDER),
                  null,
                  null,
                  null,
                  null,
                  Map.of(),
                  List.of()));
    }
    Owner me = Engines.newOwner();
    engine
        .tasks()
        .claim(new ClaimRequest(me, Set.of("k"), Limits.none(), count, null, it -> List.of()));
  }

  @Test
  void a_provider_that_limits_is_left_alone_for_longer_each_time() {
    for (int seconds : List.of(3, 6, 12, 24, 48, 96, 192, 192)) {
      assertTrue(fails(FailureType.RATE_LIMIT).closed());
      assertEquals(Duration.ofSeconds(seconds), closedFor());
      clock.advance(Duration.ofSeconds(seconds));
    }
    succeeds();
    assertNull(state(PROVIDER).closure());
    fails(FailureType.OVERLOADED);
    assertEquals(Duration.ofSeconds(3), closedFor());
    assertEquals(KeyState.OPEN, state(MODEL));
  }

  @Test
  void several_that_meet_the_same_limit_make_one_closing() {
    for (int i = 0; i < 5; i++) {
      fails(FailureType.RATE_LIMIT);
      clock.advance(Duration.ofMillis(100));
    }
    assertEquals(Duration.ofMillis(2_500), closedFor());
  }

  @Test
  void what_the_provider_asks_for_counts() {
    keeper.judge(run(), TASK, failing(FailureType.RATE_LIMIT, false, Duration.ofSeconds(90)));
    assertEquals(Duration.ofSeconds(90), closedFor());
    keeper.judge(run(), TASK, failing(FailureType.RATE_LIMIT, false, Duration.ofMillis(1)));
    assertEquals(Duration.ofSeconds(90), closedFor());
    keeper.judge(run(), TASK, failing(FailureType.RATE_LIMIT, true, Duration.ofSeconds(120)));
    assertEquals(Duration.ofSeconds(120), closedFor());
    Duration never = Duration.ofSeconds(Long.MAX_VALUE);
    keeper.judge(run(), TASK, failing(FailureType.RATE_LIMIT, false, never));
    assertEquals(Duration.ofDays(1), closedFor());
  }

  @Test
  void it_gets_one_run_less_at_most_every_two_seconds_and_one_more_in_three_minutes() {
    running(5);
    fails(FailureType.RATE_LIMIT);
    assertEquals(4, capacity());
    clock.advance(Duration.ofMillis(1_999));
    fails(FailureType.RATE_LIMIT);
    assertEquals(4, capacity());
    clock.advance(Duration.ofMinutes(3));
    assertEquals(5, capacity());
    clock.advance(Duration.ofMinutes(3));
    fails(FailureType.RATE_LIMIT);
    assertEquals(4, capacity());
  }

  @Test
  void at_least_one_run_is_left() {
    running(1);
    fails(FailureType.RATE_LIMIT);
    assertEquals(1, capacity());
  }

  @Test
  void a_run_is_counted_once_also_when_it_is_judged_again() {
    Run run = run();
    AgentReport report = failing(FailureType.AUTHENTICATION, false, Duration.ZERO);
    assertFalse(keeper.judge(run, TASK, report).closed());
    assertFalse(keeper.judge(run, TASK, report).closed());
    assertEquals(1, state(PROVIDER).failures());
    Run second = run();
    KeyKeeper.Verdict verdict = keeper.judge(second, TASK, report);
    assertTrue(verdict.closed());
    assertEquals(verdict, keeper.judge(second, TASK, report));
    assertEquals(1, verdict.owed().size());
  }

  @Test
  void a_key_that_fails_twice_in_a_row_is_paused_and_told_once() {
    assertEquals(KeyKeeper.Verdict.NONE, fails(FailureType.QUOTA));
    KeyKeeper.Verdict second = fails(FailureType.AUTHENTICATION);
    assertTrue(second.closed());
    String told = second.owed().get(0).fields().getOrDefault("message", "");
    assertTrue(told.contains("provider:x is paused: its credentials are refused"), told);
    assertEquals(0, room());
    clock.advance(Duration.ofMinutes(5));
    assertEquals(1, room(), "a probe");
    KeyKeeper.Verdict probe = fails(FailureType.AUTHENTICATION);
    assertTrue(probe.closed());
    assertEquals(List.of(), probe.owed(), "told once");
    clock.advance(Duration.ofMinutes(9));
    assertEquals(0, room(), "the next probe is later");
    clock.advance(Duration.ofMinutes(1));
    assertEquals(1, room());
    succeeds();
    assertEquals(Map.of(), engine.keys().all(), "a probe that works opens it");
  }

  @Test
  void a_success_in_between_counts() {
    fails(FailureType.CONFIGURATION);
    succeeds();
    assertFalse(fails(FailureType.CONFIGURATION).closed());
    assertEquals(1, state(MODEL).failures());
  }

  @Test
  void each_failure_lies_in_its_own_key() {
    for (int i = 0; i < 2; i++) {
      keeper.unstarted(run(), TASK, FailureType.NO_PROGRAM, "");
      keeper.unstarted(run(), TASK, FailureType.START, "");
      fails(FailureType.CONFIGURATION);
      fails(FailureType.TRUNCATED);
    }
    assertEquals(Set.of(AGENT, MODEL), engine.keys().all().keySet());
    AgentTask unnamed =
        new AgentTask("m", TASK.ref(), TASK.repository(), "b", Optional.empty(), true);
    keeper.judge(run(), unnamed, failing(FailureType.AUTHENTICATION, true, Duration.ZERO));
    assertEquals(1, state(LimitKey.of("agent:b")).failures());
  }

  @Test
  void what_a_person_paused_only_a_person_opens() {
    KeyState.Pause mine = new KeyState.Pause("mine", clock.instant(), null);
    engine.keys().change(PROVIDER, it -> it.pause(mine));
    fails(FailureType.QUOTA);
    assertTrue(fails(FailureType.QUOTA).closed());
    succeeds();
    assertEquals(mine, state(PROVIDER).pause());
  }
}
