package io.kugetsu.task.internal;

import io.kugetsu.process.OutputPage;
import io.kugetsu.task.OutputChunk;
import io.kugetsu.task.TaskEvent;
import io.kugetsu.task.Timers;
import io.kugetsu.task.WorkOutput;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Watches what one run writes: tells it as events while somebody listens to those, and tells when
 * it has been silent for long. Being silent is measured by what is seen to grow, never by having
 * looked.
 */
final class RunWatch {
  /** In how many parts the time of a silence is looked at. */
  private static final int LOOKS = 4;

  private final LiveRun run;
  private final WorkOutput output;
  private final TaskOutputs outputs;
  private final EventBus bus;
  private final Reports reports;
  private final Timers timers;
  private Followings.@Nullable Following following;
  private Timers.@Nullable Timer timer;
  private long seen;
  private long changedAt;
  private boolean lived;
  private boolean told;
  private boolean ended;

  RunWatch(LiveRun run, TaskOutputs outputs, EventBus bus, Reports reports, Timers timers) {
    this.run = run;
    this.output = outputs.of(run);
    this.outputs = outputs;
    this.bus = bus;
    this.reports = reports;
    this.timers = timers;
  }

  /** Whether there is anything to be watched for; who subscribes later asks again. */
  static boolean isWanted(LiveRun run, EventBus bus) {
    return bus.hasSubscribers(TaskEvent.Output.class)
        || !run.attendance().options().stalledAfter().isZero();
  }

  /** Begins whatever is wanted of it; may be repeated. */
  synchronized void begin() {
    if (ended) {
      return;
    }
    if (following == null && bus.hasSubscribers(TaskEvent.Output.class)) {
      following = outputs.follow(output, 0, run::hasEnded, this::tell);
    }
    Duration limit = run.attendance().options().stalledAfter();
    if (timer == null && !limit.isZero()) {
      changedAt = timers.nanoTime();
      look(limit);
    }
  }

  private void tell(OutputPage page) {
    run.events()
        .publish(
            new TaskEvent.Output(
                reports.head(run), new OutputChunk(page.from(), page.to(), page.text())));
  }

  /** It gave a sign of life that is not in its output. */
  synchronized void lives() {
    lived = true;
  }

  private synchronized void look(Duration limit) {
    if (ended) {
      return;
    }
    long size = output.size();
    long now = timers.nanoTime();
    if (size != seen || lived) {
      seen = size;
      lived = false;
      changedAt = now;
      told = false;
    }
    Duration quiet = Duration.ofNanos(now - changedAt);
    if (!told && quiet.compareTo(limit) >= 0) {
      told = true;
      run.events().publish(new TaskEvent.Stalled(reports.head(run), quiet));
    }
    timer = timers.after(limit.dividedBy(LOOKS), () -> look(limit));
  }

  /** Tells what was written last, and watches no more. */
  void end() {
    Followings.Following last;
    synchronized (this) {
      ended = true;
      if (timer != null) {
        timer.close();
      }
      last = following;
    }
    if (last != null) {
      last.drain();
      last.close();
    }
  }
}
