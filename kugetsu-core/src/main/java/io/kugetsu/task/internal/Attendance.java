package io.kugetsu.task.internal;

import io.kugetsu.common.StopReason;
import io.kugetsu.internal.BootTime;
import io.kugetsu.task.Cancellation;
import io.kugetsu.task.TaskSpec;
import io.kugetsu.task.Timers;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The time of one run: its deadline in the foreground and in the background, and the caller's own
 * cancellation as long as it is in the foreground. Nothing of it is left once the run has ended,
 * and nothing of it touches a later run of the same task.
 */
final class Attendance {
  /**
   * Where in the machine's time since its boot the deadline is, so that another JVM can keep it.
   */
  private static final String DUE = "dueMillisSinceBoot";

  /** The same of a task in the background: the time in the foreground says nothing about it. */
  private static final String DUE_BEHIND = "dueMillisSinceBootBehind";

  private final TaskOptions options;
  private final Timers timers;
  private final @Nullable Cancellation cancellation;
  private @Nullable Actions actions;
  private Timers.@Nullable Timer deadline;
  private @Nullable AutoCloseable registration;
  private @Nullable Map<String, String> armed;
  private boolean behind;
  private boolean ended;

  /** What is done when the time has come; each must return at once. */
  interface Actions {
    /**
     * Stops the run.
     *
     * @param inFront whether that is for what is in the foreground only
     */
    void stop(StopReason reason, boolean inFront);

    void detachByDeadline();
  }

  Attendance(TaskOptions options, Timers timers, @Nullable Cancellation cancellation) {
    this.options = options;
    this.timers = timers;
    this.cancellation = cancellation;
  }

  TaskOptions options() {
    return options;
  }

  /** Begins to listen to the caller; before this nothing happens by itself. */
  void attend(Actions onTime, boolean detached) {
    Cancellation signal;
    synchronized (this) {
      actions = onTime;
      signal = detached || behind ? null : cancellation;
    }
    if (signal != null) {
      AutoCloseable registered = signal.onCancel(reason -> onTime.stop(reason, true));
      synchronized (this) {
        if (!ended && !behind) { // somebody may have detached it meanwhile
          registration = registered;
          return;
        }
      }
      close(registered);
    }
  }

  /** What the work needs is made ready: the deadline counts from now. */
  synchronized void preparing(boolean detached) {
    if (!behind) {
      armed = arm(options.deadline(), detached);
    }
  }

  /**
   * The work runs: the deadline counts from now, unless it does so already.
   *
   * @return what to record of it
   */
  synchronized Map<String, String> started(boolean detached) {
    // detached before it ran, its time in the background has begun already
    if (behind) {
      return Map.of();
    }
    return armed == null ? arm(options.deadline(), detached) : armed;
  }

  /**
   * It was detached: the caller's cancellation counts no more, and another deadline from now on.
   *
   * @return what to record of it
   */
  Map<String, String> detached() {
    AutoCloseable registered;
    Map<String, String> entries;
    synchronized (this) {
      registered = registration;
      registration = null;
      behind = true;
      entries = arm(options.onceDetached(), true);
    }
    close(registered);
    return entries;
  }

  /** It was taken over from another JVM: what is left of its time counts. */
  synchronized void adopted(Map<String, String> progress, boolean detached) {
    String due = progress.get(detached ? DUE_BEHIND : DUE);
    OptionalLong now = BootTime.sinceBootMillis();
    if (due == null || now.isEmpty()) {
      // it began in the foreground: then somebody else detached it, and nobody noted the time
      boolean wentBehind = detached && progress.containsKey(DUE);
      arm(wentBehind ? options.onceDetached() : options.deadline(), detached);
      return;
    }
    if (due.isEmpty()) {
      return; // for any time
    }
    long left = Long.parseLong(due) - now.getAsLong();
    arm(Duration.ofMillis(Math.max(1, left)), detached);
  }

  /** Nothing happens by itself any more. */
  void ended() {
    AutoCloseable registered;
    synchronized (this) {
      ended = true;
      registered = registration;
      registration = null;
      cancelTimer();
    }
    close(registered);
  }

  private Map<String, String> arm(Duration time, boolean detached) {
    cancelTimer();
    Actions onTime = actions;
    String entry = detached ? DUE_BEHIND : DUE;
    if (ended || onTime == null || time.isZero()) {
      return Map.of(entry, "");
    }
    boolean detaches = !detached && options.onDeadline() == TaskSpec.OnDeadline.DETACH;
    StopReason over = new StopReason(StopReason.Origin.DEADLINE, "its time was over");
    deadline =
        timers.after(
            time,
            () -> {
              if (detaches) {
                onTime.detachByDeadline();
              } else {
                onTime.stop(over, !detached);
              }
            });
    OptionalLong now = BootTime.sinceBootMillis();
    return now.isEmpty()
        ? Map.of()
        : Map.of(entry, Long.toString(saturated(now.getAsLong(), time)));
  }

  private static long saturated(long now, Duration time) {
    // Far enough for anybody, and far from an overflow.
    Duration longest = Duration.ofDays(365_000);
    return now + (time.compareTo(longest) > 0 ? longest : time).toMillis();
  }

  private void cancelTimer() {
    if (deadline != null) {
      deadline.close();
      deadline = null;
    }
  }

  private static void close(@Nullable AutoCloseable registered) {
    if (registered != null) {
      try {
        registered.close();
      } catch (Exception e) {
        throw new IllegalStateException("a registration always closes", e);
      }
    }
  }
}
