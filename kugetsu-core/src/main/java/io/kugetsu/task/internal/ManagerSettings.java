package io.kugetsu.task.internal;

import io.kugetsu.common.LimitKey;
import io.kugetsu.common.Limits;
import io.kugetsu.engine.ClaimRequest;
import io.kugetsu.engine.Engine;
import io.kugetsu.engine.Headroom;
import io.kugetsu.engine.Owner;
import io.kugetsu.engine.TaskRecord;
import io.kugetsu.task.Retention;
import io.kugetsu.task.Timers;
import java.time.Clock;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * What a manager is put together from; it owns none of it.
 *
 * @param engine where the tasks are kept
 * @param me this instance
 * @param files where the runs' files are
 * @param runners what runs processes
 * @param executor runs the work's beginnings and ends, the host's work and the callbacks; must not
 *     run them in the caller's thread
 * @param timers for deadlines, and for what is tried again
 * @param clock tells the time
 * @param limits the limits in force, asked at each start
 * @param headroom for how many more there is room, by key, asked before each handing out of work
 * @param environment what commands may inherit from, and whose secrets are masked
 * @param retention for how long ended tasks are kept, asked at each pass
 * @param needed tells which ended tasks are needed longer than that
 */
public record ManagerSettings(
    Engine engine,
    Owner me,
    RunFiles files,
    Runners runners,
    Executor executor,
    Timers timers,
    Clock clock,
    Supplier<Limits> limits,
    Supplier<Map<LimitKey, Headroom>> headroom,
    Map<String, String> environment,
    Supplier<Retention> retention,
    Predicate<TaskRecord> needed) {
  /** What a claim of this instance asks for. */
  ClaimRequest request(Set<String> kinds, Limits inForce, int want) {
    return new ClaimRequest(
        me,
        kinds,
        inForce,
        want,
        null,
        record -> TaskNotices.dequeued(record, clock.instant()),
        headroom.get());
  }
}
