package io.kugetsu.limit;

import io.kugetsu.common.LimitKey;
import io.kugetsu.common.Limits;
import io.kugetsu.engine.Engine;
import io.kugetsu.limit.internal.EngineLimiter;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Hands out permits under a limit for each key, all keys of a permit at once or none of them. It
 * counts what really runs: agents and directly taken permits of one directory are counted together,
 * whichever thread or JVM has them. Who waits for a permit stands in one line with the messages
 * that wait, as far as anybody hands those out: whoever came first and could go on keeps its room.
 * Thread-safe; after {@link #close()} every method throws {@link
 * io.kugetsu.common.ClosedException}.
 */
public interface ConcurrencyLimiter extends AutoCloseable {
  /**
   * A limiter alone, for the threads of this JVM.
   *
   * @param limits the limits
   * @return a limiter that keeps everything in memory
   */
  static ConcurrencyLimiter inMemory(Limits limits) {
    return inMemory(() -> limits);
  }

  /**
   * A limiter alone, for the threads of this JVM, with limits that may change.
   *
   * @param limits the limits in force, asked at each use and now and then while somebody waits; a
   *     lower limit takes no permit back
   * @return a limiter that keeps everything in memory
   */
  static ConcurrencyLimiter inMemory(Supplier<Limits> limits) {
    return EngineLimiter.inMemory(limits, Clock.systemUTC());
  }

  /**
   * A limiter on an engine that others use too.
   *
   * @param engine where the permits are kept; closing the limiter leaves it open
   * @param limits the limits in force, asked at each use
   * @return a limiter
   */
  static ConcurrencyLimiter on(Engine engine, Supplier<Limits> limits) {
    return EngineLimiter.on(engine, limits, Clock.systemUTC());
  }

  /**
   * Takes a permit if there is room now and nobody waits for it before.
   *
   * @param keys what it is for, at least one
   * @return the permit, or empty
   * @throws io.kugetsu.common.InvalidRequestException when there is no key
   */
  Optional<Permit> tryAcquire(Set<LimitKey> keys);

  /**
   * Takes a permit, waiting in line for it if need be.
   *
   * @param keys what it is for, at least one
   * @param wait how long to wait at most; zero or less does not wait
   * @return the permit
   * @throws io.kugetsu.common.LimitReachedException when there was no room in that time
   * @throws io.kugetsu.common.InterruptedWaitException when interrupted; its place in line is given
   *     up
   * @throws io.kugetsu.common.InvalidRequestException when there is no key
   */
  default Permit acquire(Set<LimitKey> keys, Duration wait) {
    return acquire(keys, wait, new Waiting());
  }

  /**
   * Takes a permit, waiting in line for it if need be, where others see that and may call it off.
   *
   * @param keys what it is for, at least one
   * @param wait how long to wait at most; zero or less does not wait
   * @param waiting is told the place in the line, which gets lower as others leave it
   * @return the permit
   * @throws io.kugetsu.common.LimitReachedException when there was no room in that time
   * @throws java.util.concurrent.CancellationException when it was called off
   * @throws io.kugetsu.common.InterruptedWaitException when interrupted; its place in line is given
   *     up
   * @throws io.kugetsu.common.InvalidRequestException when there is no key
   */
  Permit acquire(Set<LimitKey> keys, Duration wait, Waiting waiting);

  /**
   * Takes a permit for one key, waiting in line for it if need be.
   *
   * @param key what it is for
   * @param wait how long to wait at most; zero or less does not wait
   * @return the permit
   * @throws io.kugetsu.common.LimitReachedException when there was no room in that time
   * @throws io.kugetsu.common.InterruptedWaitException when interrupted; its place in line is given
   *     up
   */
  default Permit acquire(LimitKey key, Duration wait) {
    return acquire(Set.of(key), wait);
  }

  /**
   * Counts the permits that are held.
   *
   * @param key a key
   * @return how many are held for it now, by anybody on the same store
   */
  int held(LimitKey key);

  /** Gives back what this limiter handed out and ends its waits with {@code ClosedException}. */
  @Override
  void close();
}
