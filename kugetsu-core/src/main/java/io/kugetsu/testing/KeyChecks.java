package io.kugetsu.testing;

import static io.kugetsu.testing.Bench.always;
import static io.kugetsu.testing.Bench.completed;
import static io.kugetsu.testing.Bench.ids;
import static io.kugetsu.testing.Bench.same;
import static io.kugetsu.testing.Bench.that;

import io.kugetsu.common.LimitKey;
import io.kugetsu.common.Limits;
import io.kugetsu.common.TaskId;
import io.kugetsu.engine.Admission;
import io.kugetsu.engine.Claim;
import io.kugetsu.engine.KeyState;
import io.kugetsu.engine.KeyStore;
import io.kugetsu.engine.Moment;
import io.kugetsu.engine.TaskStore;
import io.kugetsu.testing.EngineContract.Applying;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What is held against limit keys. */
final class KeyChecks {
  private static final LimitKey KEY = LimitKey.of("provider:x");
  private static final Duration DAY = Duration.ofDays(1);

  private KeyChecks() {}

  static void addTo(List<Applying> checks) {
    checks.add(always("a paused key gives nothing out, others do", KeyChecks::paused));
    checks.add(always("a refusal says what is held against a key", KeyChecks::refused));
    checks.add(always("a paused key lets one probe through when it is time", KeyChecks::probed));
    checks.add(always("a closed key opens when its time is over", KeyChecks::closed));
    checks.add(always("a shrunk key grows again", KeyChecks::shrunk));
    checks.add(always("a clock that is set neither opens nor closes a key", KeyChecks::clockIsSet));
    checks.add(always("a clock that is set moves no other try", KeyChecks::delayed));
    checks.add(always("a change of a key gives a hint", KeyChecks::hint));
    checks.add(
        new Applying(
            Bench.check("what is held against keys is kept", KeyChecks::kept),
            traits -> traits.durable()));
  }

  private static KeyState.Pause pause(Bench bench, @Nullable Moment probe) {
    return new KeyState.Pause("no quota", bench.clock.instant(), probe);
  }

  private static void close(Bench bench, Duration time) {
    KeyStore keys = bench.engine.keys();
    Instant untilAt = bench.clock.instant().plus(time);
    KeyState.Closure closure =
        new KeyState.Closure("too many requests", keys.now().plus(time), untilAt, 1);
    keys.change(KEY, state -> state.closure(closure));
  }

  private static void paused(Bench bench) {
    KeyStore keys = bench.engine.keys();
    same(Map.of(), keys.all(), "at first");
    keys.change(KEY, state -> state.pause(pause(bench, null)).counting(2, "a.1"));
    KeyState paused = KeyState.OPEN.pause(pause(bench, null)).counting(2, "a.1");
    same(Map.of(KEY, paused), keys.all(), "what is held against keys");
    TaskId waits = bench.task("provider:x").enqueue();
    TaskId other = bench.task("provider:y").enqueue();
    same(List.of(other), ids(bench.claim(5)), "what needs the key waits");
    bench.clock.advance(DAY);
    same(List.of(), bench.claim(5), "for any time");
    keys.change(KEY, state -> KeyState.OPEN);
    same(Map.of(), keys.all(), "nothing is held against it");
    same(List.of(waits), ids(bench.claim(5)), "it is given out");
  }

  private static Admission.Refused refusal(Bench bench, Limits limits) {
    return (Admission.Refused)
        bench
            .engine
            .tasks()
            .admit(bench.task("provider:x").build(), bench.request(bench.me, limits, 1));
  }

  private static void refused(Bench bench) {
    close(bench, Duration.ofSeconds(3));
    Admission.Refused closed = refusal(bench, Limits.none());
    same(KEY, closed.key(), "key");
    same(0, closed.limit(), "limit");
    same("too many requests", closed.why(), "why");
    same(bench.clock.instant().plusSeconds(3), closed.until(), "until");
    bench.engine.keys().change(KEY, state -> state.pause(pause(bench, null)));
    that(refusal(bench, Limits.none()).why().contains("no quota"), "a pause is named");
    bench.engine.keys().change(KEY, state -> KeyState.OPEN);
    Admission.Refused full = refusal(bench, Limits.none().perKey("provider:x", 0));
    same("", full.why(), "nothing is held against a key that is only full");
  }

  private static void probed(Bench bench) {
    KeyStore keys = bench.engine.keys();
    Moment probe = keys.now().plus(Duration.ofMinutes(5));
    keys.change(KEY, state -> state.pause(pause(bench, probe)));
    TaskId first = bench.task("provider:x").enqueue();
    TaskId second = bench.task("provider:x").enqueue();
    bench.clock.advance(Duration.ofMinutes(4));
    same(List.of(), bench.claim(5), "before it is time");
    bench.clock.advance(Duration.ofMinutes(1));
    List<Claim> probing = bench.claim(5);
    same(List.of(first), ids(probing), "one");
    same(List.of(), bench.claim(5), "and no other while it runs");
    bench.engine.tasks().finish(probing.get(0).token(), completed());
    same(List.of(second), ids(bench.claim(5)), "one at a time");
  }

  private static void closed(Bench bench) {
    TaskId waits = bench.task("provider:x").enqueue();
    close(bench, Duration.ofSeconds(3));
    bench.clock.advance(Duration.ofMillis(2_999));
    same(List.of(), bench.claim(5), "before it is time");
    bench.clock.advance(Duration.ofMillis(1));
    same(List.of(waits), ids(bench.claim(5)), "when it is time");
  }

  private static void shrunk(Bench bench) {
    KeyStore keys = bench.engine.keys();
    keys.change(KEY, state -> state.shrunk(new KeyState.Shrunk(1, keys.now())));
    for (int i = 0; i < 4; i++) {
      bench.task("provider:x").enqueue();
    }
    Limits three = Limits.none().perKey("provider:*", 3);
    same(1, bench.claim(bench.me, three, 5).size(), "at first");
    bench.clock.advance(KeyState.GROWTH.minusMillis(1));
    same(0, bench.claim(bench.me, three, 5).size(), "not yet");
    bench.clock.advance(Duration.ofMillis(1));
    same(1, bench.claim(bench.me, three, 5).size(), "one more");
    bench.clock.advance(DAY);
    same(1, bench.claim(bench.me, three, 5).size(), "never more than the limit");
  }

  private static void clockIsSet(Bench bench) {
    Instant start = bench.clock.instant();
    TaskId waits = bench.task("provider:x").enqueue();
    close(bench, Duration.ofSeconds(3));
    bench.clock.set(start.plus(DAY));
    same(List.of(), bench.claim(5), "a day later by the clock alone");
    bench.clock.set(start.minus(DAY));
    bench.clock.advance(Duration.ofSeconds(3));
    same(List.of(waits), ids(bench.claim(5)), "a day earlier by the clock alone");
  }

  private static void delayed(Bench bench) {
    Instant start = bench.clock.instant();
    TaskId id = bench.task().enqueue();
    Claim claim = bench.claimOne();
    bench.engine.tasks().finish(claim.token(), Bench.retry(Duration.ofSeconds(3)));
    bench.clock.set(start.plus(DAY));
    same(List.of(), bench.claim(5), "a day later by the clock alone");
    bench.clock.set(start.minus(DAY));
    bench.clock.advance(Duration.ofMillis(2_999));
    same(List.of(), bench.claim(5), "before it is time");
    bench.clock.advance(Duration.ofMillis(1));
    same(List.of(id), ids(bench.claim(5)), "when it is time");
  }

  private static void hint(Bench bench) throws InterruptedException {
    CountDownLatch heard = new CountDownLatch(1);
    try (TaskStore.Subscription listening = bench.engine.tasks().onWork(heard::countDown)) {
      bench.engine.keys().change(KEY, state -> state.counting(1, "a.1"));
      that(heard.await(30, TimeUnit.SECONDS), "a hint came");
    }
  }

  private static void kept(Bench bench) {
    KeyStore keys = bench.engine.keys();
    KeyState full =
        new KeyState(
            pause(bench, keys.now()),
            new KeyState.Closure("busy", keys.now(), bench.clock.instant(), 2),
            new KeyState.Shrunk(4, keys.now()),
            7,
            "a.1");
    keys.change(KEY, state -> full);
    keys.change(LimitKey.of("model:x/y"), state -> state.counting(1, "b.1"));
    bench.reopen();
    same(full, bench.engine.keys().all().get(KEY), "as it was");
    same(2, bench.engine.keys().all().size(), "keys");
  }
}
