package io.kugetsu.testing;

import io.kugetsu.common.IssueRef;
import io.kugetsu.common.LimitKey;
import io.kugetsu.common.Limits;
import io.kugetsu.common.SessionKey;
import io.kugetsu.common.SpawnLimits;
import io.kugetsu.common.TaskId;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.engine.Claim;
import io.kugetsu.engine.ClaimRequest;
import io.kugetsu.engine.Engine;
import io.kugetsu.engine.Finish;
import io.kugetsu.engine.Headroom;
import io.kugetsu.engine.Holder;
import io.kugetsu.engine.Liveness;
import io.kugetsu.engine.NewTask;
import io.kugetsu.engine.NotificationRecord;
import io.kugetsu.engine.Owner;
import io.kugetsu.engine.SessionChange;
import io.kugetsu.engine.TaskRecord;
import io.kugetsu.testing.EngineContract.Applying;
import io.kugetsu.testing.EngineContract.Check;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a check works with: one storage, an open engine, a clock, and who is dead. */
final class Bench implements AutoCloseable {
  static final String KIND = "agent";
  static final Limits NO_LIMITS = Limits.none();

  private static final AtomicInteger INSTANCES = new AtomicInteger();

  final ManualClock clock = new ManualClock(Instant.parse("2026-03-01T10:00:00Z"));
  final Owner me = owner();
  Engine engine;
  private final EngineContract.Storage storage;
  private final Set<Holder> dead = ConcurrentHashMap.newKeySet();

  private Bench(EngineContract.Storage storage) {
    this.storage = storage;
    this.engine = open();
  }

  /** A check's body, given a bench. */
  @FunctionalInterface
  interface Body {
    void run(Bench bench) throws Exception;
  }

  static Applying always(String name, Body body) {
    return new Applying(check(name, body), traits -> true);
  }

  static Check check(String name, Body body) {
    return new Check(
        name,
        environment -> {
          try (EngineContract.Storage storage = environment.newStorage();
              Bench bench = new Bench(storage)) {
            body.run(bench);
          }
        });
  }

  Engine open() {
    return storage.open(
        clock,
        clock.machineTime(),
        holder -> dead.contains(holder) ? Liveness.DEAD : Liveness.ALIVE);
  }

  void reopen() {
    engine.close();
    engine = open();
  }

  @Override
  public void close() {
    engine.close();
  }

  static Owner owner() {
    int number = INSTANCES.incrementAndGet();
    return new Owner("instance-" + number, 100_000 + number, number, "boot");
  }

  void kill(Owner owner) {
    dead.add(new Holder.Instance(owner));
  }

  void kill(Holder holder) {
    dead.add(holder);
  }

  static SessionKey session(String name) {
    return SessionKey.of(IssueRef.parse("local:" + name), Path.of("/repository"));
  }

  /** A task in the making. */
  static final class Draft {
    private final Bench bench;
    private final Set<LimitKey> keys;
    private int priority;
    private @Nullable SessionKey session;
    private @Nullable Owner onlyBy;
    private @Nullable Instant notBefore;
    private @Nullable String idempotencyKey;
    private String kind = KIND;
    private boolean detached = true;
    private @Nullable TaskId parent;
    private SpawnLimits spawnLimits = SpawnLimits.DEFAULT;
    private List<NotificationRecord> owed = List.of();

    private Draft(Bench bench, Set<LimitKey> keys) {
      this.bench = bench;
      this.keys = keys;
    }

    Draft priority(int value) {
      priority = value;
      return this;
    }

    Draft session(SessionKey value) {
      session = value;
      return this;
    }

    Draft onlyBy(Owner value) {
      onlyBy = value;
      return this;
    }

    Draft notBefore(Instant value) {
      notBefore = value;
      return this;
    }

    Draft idempotencyKey(String value) {
      idempotencyKey = value;
      return this;
    }

    Draft kind(String value) {
      kind = value;
      return this;
    }

    Draft foreground() {
      detached = false;
      return this;
    }

    Draft childOf(TaskId value) {
      parent = value;
      return this;
    }

    Draft under(SpawnLimits value) {
      spawnLimits = value;
      return this;
    }

    Draft owing(String... ids) {
      owed = Arrays.stream(ids).map(bench::notification).toList();
      return this;
    }

    NewTask build() {
      return new NewTask(
              TaskId.next(bench.clock),
              kind,
              detached,
              priority,
              keys,
              session,
              onlyBy,
              notBefore,
              idempotencyKey,
              Map.of("message", "do it"),
              owed)
          .childOf(parent, spawnLimits);
    }

    TaskId enqueue() {
      return bench.engine.tasks().enqueue(build()).task().id();
    }
  }

  Draft task(String... keys) {
    return new Draft(this, Arrays.stream(keys).map(LimitKey::of).collect(Collectors.toSet()));
  }

  NotificationRecord notification(String id) {
    return new NotificationRecord(id, clock.instant(), false, Map.of("text", "about " + id));
  }

  ClaimRequest request(Owner owner, Limits limits, int want) {
    return new ClaimRequest(owner, Set.of(KIND), limits, want, null, record -> List.of());
  }

  /** A claim of any number, with so much headroom for agents. */
  ClaimRequest withHeadroom(Headroom room) {
    return new ClaimRequest(
        me, Set.of(KIND), NO_LIMITS, 10, null, record -> List.of(), Map.of(LimitKey.AGENTS, room));
  }

  List<Claim> claim(Owner owner, Limits limits, int want) {
    return engine.tasks().claim(request(owner, limits, want));
  }

  List<Claim> claim(int want) {
    return claim(me, NO_LIMITS, want);
  }

  Claim claimOne() {
    List<Claim> claims = claim(1);
    same(1, claims.size(), "claims");
    return claims.get(0);
  }

  static Finish completed() {
    return finish(TaskStatus.COMPLETED, null);
  }

  static Finish finish(TaskStatus status, @Nullable SessionChange change) {
    return new Finish(status, Map.of("why", "test"), true, Duration.ZERO, change, List.of(), true);
  }

  static Finish retry(Duration delay) {
    return new Finish(
        TaskStatus.PENDING, Map.of("why", "retry"), true, delay, null, List.of(), true);
  }

  TaskRecord find(TaskId id) {
    return engine
        .tasks()
        .find(id)
        .orElseThrow(() -> new AssertionError("task " + id + " is not there any more"));
  }

  static List<TaskId> ids(List<Claim> claims) {
    return claims.stream().map(claim -> claim.task().id()).toList();
  }

  List<String> notifications() {
    return engine.notifications().list(false).stream().map(NotificationRecord::id).toList();
  }

  static void same(@Nullable Object expected, @Nullable Object actual, String what) {
    if (!Objects.equals(expected, actual)) {
      throw new AssertionError(what + ": expected " + expected + " but was " + actual);
    }
  }

  static void that(boolean condition, String what) {
    if (!condition) {
      throw new AssertionError("not so: " + what);
    }
  }
}
