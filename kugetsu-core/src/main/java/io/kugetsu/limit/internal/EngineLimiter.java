package io.kugetsu.limit.internal;

import io.kugetsu.common.ClosedException;
import io.kugetsu.common.InterruptedWaitException;
import io.kugetsu.common.InvalidRequestException;
import io.kugetsu.common.LimitKey;
import io.kugetsu.common.LimitReachedException;
import io.kugetsu.common.Limits;
import io.kugetsu.common.StopReason;
import io.kugetsu.common.StorageException;
import io.kugetsu.common.TaskId;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.engine.Admission;
import io.kugetsu.engine.Claim;
import io.kugetsu.engine.ClaimRequest;
import io.kugetsu.engine.ClaimToken;
import io.kugetsu.engine.Elected;
import io.kugetsu.engine.Engine;
import io.kugetsu.engine.Engines;
import io.kugetsu.engine.Finish;
import io.kugetsu.engine.NewTask;
import io.kugetsu.engine.Owner;
import io.kugetsu.engine.TaskRecord;
import io.kugetsu.engine.TaskStore;
import io.kugetsu.limit.ConcurrencyLimiter;
import io.kugetsu.limit.Permit;
import io.kugetsu.limit.Waiting;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A limiter whose permits are running records of an engine, so that all users are counted alike.
 */
public final class EngineLimiter implements ConcurrencyLimiter {
  /** The kind of the records that are permits taken directly. */
  public static final String KIND = "permit";

  private static final Logger LOG = LoggerFactory.getLogger(EngineLimiter.class);
  private static final Set<TaskStatus> LIVE = Set.of(TaskStatus.RUNNING, TaskStatus.STOPPING);

  /** Nobody asks for the record of a permit that is over; kept, they would be more every day. */
  private static final Finish END =
      new Finish(TaskStatus.COMPLETED, Map.of(), false, Duration.ZERO, null, List.of(), false);

  private static final String WHAT = "this limiter";

  /** Hints may be lost, so a waiting caller looks again after this. */
  private static final long LOOK_AGAIN_MILLIS = 250;

  /** Giving up a place in the line takes milliseconds, unless the disk is very busy. */
  private static final Duration LEAVING = Duration.ofSeconds(5);

  private final Engine engine;
  private final boolean ownsEngine;
  private final Supplier<Limits> limits;
  private final Supplier<Set<String>> handedOut;
  private final Clock clock;
  private final Owner me = Engines.newOwner();
  private final Set<EnginePermit> given = ConcurrentHashMap.newKeySet();

  /** Who is in a call, to be woken: what it took has to be given back before the engine ends. */
  private final Map<Semaphore, Thread> callers = new ConcurrentHashMap<>();

  private volatile boolean closed;

  private EngineLimiter(
      Engine engine,
      boolean ownsEngine,
      Supplier<Limits> limits,
      Supplier<Set<String>> handedOut,
      Clock clock) {
    this.engine = engine;
    this.ownsEngine = ownsEngine;
    this.limits = limits;
    this.handedOut = handedOut;
    this.clock = clock;
  }

  /**
   * A limiter with an engine of its own.
   *
   * @param limits the limits
   * @param clock tells the time
   * @return the limiter
   */
  public static EngineLimiter inMemory(Supplier<Limits> limits, Clock clock) {
    return new EngineLimiter(
        Engines.memory(clock, Engines.localProbe()), true, limits, Set::of, clock);
  }

  /**
   * A limiter on somebody's engine.
   *
   * @param engine the engine
   * @param limits the limits in force
   * @param clock tells the time
   * @return the limiter
   */
  public static EngineLimiter on(Engine engine, Supplier<Limits> limits, Clock clock) {
    return on(engine, limits, () -> engine.elected().map(Elected::kinds).orElseGet(Set::of), clock);
  }

  /**
   * A limiter on somebody's engine who knows what is handed out there.
   *
   * @param engine the engine
   * @param limits the limits in force
   * @param handedOut the kinds of work that somebody hands out now, which stand in the same line
   * @param clock tells the time
   * @return the limiter
   */
  public static EngineLimiter on(
      Engine engine, Supplier<Limits> limits, Supplier<Set<String>> handedOut, Clock clock) {
    EngineLimiter limiter = new EngineLimiter(engine, false, limits, handedOut, clock);
    engine.tasks().claim(limiter.request(null, 0)).forEach(limiter::settle);
    return limiter;
  }

  @Override
  public Optional<Permit> tryAcquire(Set<LimitKey> keys) {
    Semaphore call = enter();
    try {
      return admit(keys) instanceof Admission.Admitted admitted
          ? Optional.of(give(admitted.claim()))
          : Optional.empty();
    } finally {
      leave(call);
    }
  }

  @Override
  public Permit acquire(Set<LimitKey> keys, Duration wait, Waiting waiting) {
    Semaphore hints = enter();
    try {
      Admission admission = admit(keys);
      if (admission instanceof Admission.Admitted admitted) {
        return give(admitted.claim());
      }
      Admission.Refused refused = (Admission.Refused) admission;
      if (wait.isZero() || wait.isNegative()) {
        throw reached(refused, refused.position());
      }
      return inLine(keys, wait, refused, waiting, hints);
    } finally {
      leave(hints);
    }
  }

  private Semaphore enter() {
    Semaphore call = new Semaphore(0);
    callers.put(call, Thread.currentThread());
    if (closed) { // asked after it is known to who closes
      leave(call);
      throw new ClosedException(WHAT);
    }
    return call;
  }

  private synchronized void leave(Semaphore call) {
    callers.remove(call);
    notifyAll();
  }

  /**
   * Waits as a pending record that only this instance can claim, so that the line is everybody's.
   */
  private Permit inLine(
      Set<LimitKey> keys, Duration wait, Admission.Refused refused, Waiting view, Semaphore hints) {
    long end = System.nanoTime() + TimeUnit.NANOSECONDS.convert(wait);
    TaskRecord place = engine.tasks().enqueue(task(keys)).task();
    view.onCancel(hints::release);
    boolean given = false;
    try (TaskStore.Subscription ignored = engine.tasks().onWork(hints::release)) {
      while (!closed) {
        hints.drainPermits();
        Optional<Claim> claim = mine(place.id());
        if (claim.isPresent()) {
          given = true;
          return give(claim.get());
        }
        if (view.isCancelled()) {
          throw new CancellationException("the wait for " + refused.key() + " was called off");
        }
        view.moved(engine.tasks().position(place.id()).orElse(0));
        long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
        if (left <= 0) {
          throw reached(refused, view.position().orElse(refused.position()));
        }
        hints.tryAcquire(Math.min(left, LOOK_AGAIN_MILLIS), TimeUnit.MILLISECONDS);
      }
      throw new ClosedException(WHAT);
    } catch (InterruptedException e) {
      throw new InterruptedWaitException("a permit for " + refused.key(), e);
    } finally {
      view.moved(0);
      if (!given) {
        engine.tasks().cancel(place.id(), StopReason.user("no longer waited for"));
        forget(place.id());
      }
    }
  }

  private Optional<Claim> mine(TaskId place) {
    Claim mine = null;
    for (Claim claim : engine.tasks().claim(request(place, 1))) {
      if (claim.orphaned()) {
        settle(claim);
      } else {
        mine = claim;
      }
    }
    return Optional.ofNullable(mine);
  }

  /** What a dead instance held; a failure here must not cost the permit that was given too. */
  private void settle(Claim orphan) {
    try {
      engine.tasks().finish(orphan.token(), END);
    } catch (StorageException e) {
      LOG.warn("the permit {} of a dead instance cannot be settled", orphan.task().id(), e);
    }
  }

  /** The same for a place in the line that was given up. */
  private void forget(TaskId id) {
    try {
      engine.tasks().forget(id);
    } catch (StorageException e) {
      LOG.debug("the record of the permit {} stays", id, e);
    }
  }

  private static LimitReachedException reached(Admission.Refused refused, int position) {
    return new LimitReachedException(
        "no permit for " + refused.key() + ": all " + refused.limit() + " are taken",
        refused.key(),
        refused.limit(),
        refused.holders(),
        position,
        refused.why(),
        refused.until());
  }

  private Admission admit(Set<LimitKey> keys) {
    if (keys.isEmpty()) {
      throw new InvalidRequestException("a permit needs at least one limit key");
    }
    return engine.tasks().admit(task(keys), request(null, 1));
  }

  @Override
  public int held(LimitKey key) {
    checkOpen();
    return (int)
        engine.tasks().list(LIVE).stream().filter(task -> task.limitKeys().contains(key)).count();
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    callers.keySet().forEach(Semaphore::release);
    awaitCallers();
    for (EnginePermit permit : given) {
      try {
        permit.close();
      } catch (StorageException | ClosedException e) {
        LOG.error("the permit for {} cannot be given back", permit.keys(), e);
      }
    }
    if (ownsEngine) {
      engine.close();
    }
  }

  /**
   * What is left in the line when the engine ends would keep its room as long as this JVM lives.
   */
  private synchronized void awaitCallers() {
    long end = System.nanoTime() + TimeUnit.NANOSECONDS.convert(LEAVING);
    try {
      long left = end - System.nanoTime();
      while (left > 0 && callers.values().stream().anyMatch(it -> it != Thread.currentThread())) {
        TimeUnit.NANOSECONDS.timedWait(this, left);
        left = end - System.nanoTime();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void checkOpen() {
    if (closed) {
      throw new ClosedException(WHAT);
    }
  }

  private NewTask task(Set<LimitKey> keys) {
    return new NewTask(
        TaskId.next(clock), KIND, false, 0, keys, null, me, null, null, Map.of(), List.of());
  }

  private ClaimRequest request(@Nullable TaskId only, int want) {
    Set<String> others = new HashSet<>(handedOut.get());
    others.remove(KIND);
    return new ClaimRequest(
        me, Set.of(KIND), limits.get(), want, only, record -> List.of(), Map.of(), others);
  }

  private Permit give(Claim claim) {
    EnginePermit permit = new EnginePermit(claim);
    given.add(permit);
    if (closed) {
      permit.close();
      throw new ClosedException(WHAT);
    }
    return permit;
  }

  /** A running record of this instance. */
  private final class EnginePermit implements Permit {
    private final Set<LimitKey> keys;
    private final ClaimToken token;
    private final AtomicBoolean back = new AtomicBoolean();

    EnginePermit(Claim claim) {
      keys = claim.task().limitKeys();
      token = claim.token();
    }

    @Override
    public Set<LimitKey> keys() {
      return keys;
    }

    @Override
    public void close() {
      if (back.compareAndSet(false, true)) {
        try {
          engine.tasks().finish(token, END);
        } catch (StorageException e) {
          back.set(false); // it is still held, and closing it again tries again
          throw e;
        }
        given.remove(this);
      }
    }
  }
}
