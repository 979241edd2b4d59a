package io.kugetsu;

import io.kugetsu.common.StorageException;
import io.kugetsu.config.SecretMasker;
import io.kugetsu.config.Settings;
import io.kugetsu.internal.LockFile;
import io.kugetsu.internal.ProcessFacts;
import io.kugetsu.queue.internal.DaemonFiles;
import io.kugetsu.queue.internal.DaemonLaunch;
import io.kugetsu.queue.internal.DaemonLog;
import io.kugetsu.queue.internal.DaemonMark;
import io.kugetsu.task.TaskEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The background dispatcher as a program, from its start to its end. It ends when it is told to by
 * a signal, when another one serves already, and, unless it is to stay for good, when there has
 * been nothing to do for a while.
 *
 * <p>No message may be left without anybody who starts it: who hands one over looks afterwards
 * whether somebody serves, and who ends says so first and looks for messages afterwards.
 */
final class DaemonProgram {
  /** For the end of what a signal asks for; a JVM that is shutting down waits no longer. */
  private static final long END_SECONDS = 25;

  private static final Duration LOOK_AGAIN = Duration.ofMillis(50);
  private static final Duration OFTENEST = Duration.ofMillis(20);
  private static final Duration RAREST = Duration.ofSeconds(5);

  private final KugetsuBuilder builder;
  private final Duration idle;
  private final DaemonFiles files;
  private final DaemonLog log;
  private final DaemonMark mark;
  private final CountDownLatch asked = new CountDownLatch(1);
  private LockFile.@Nullable Held office;
  private volatile long lastWork = System.nanoTime();

  private DaemonProgram(KugetsuBuilder builder) {
    // Also for a builder for which the rest of the environment does not count.
    Optional<DaemonLaunch.Told> told = DaemonLaunch.told(System.getenv());
    Map<String, String> variables = new HashMap<>(System.getenv());
    variables.putAll(builder.variables());
    this.builder = builder;
    if (builder.directory == null) {
      told.map(DaemonLaunch.Told::directory).ifPresent(builder::directory);
    }
    this.idle = told.map(DaemonLaunch.Told::idle).orElse(Duration.ZERO);
    this.files = new DaemonFiles(Variables.directory(builder));
    this.log = new DaemonLog(files.log(), SecretMasker.of(variables));
    this.mark = DaemonMark.of(ProcessFacts.ownPid(), Instant.now(), idle);
    files.make();
    if (told.isPresent()) {
      // What else this program prints is of use there only, and must not hold secrets either.
      System.setOut(log.stream());
      System.setErr(log.stream());
    }
  }

  /** Serves until it is over. */
  static void run(KugetsuBuilder builder) {
    new DaemonProgram(builder).run();
  }

  private void run() {
    CountDownLatch over = new CountDownLatch(1);
    Thread hook = new Thread(() -> end(over), "kugetsu-daemon-end");
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      if (awaitOffice()) {
        serve();
      } else {
        say("another one serves already");
      }
    } finally {
      leave();
      over.countDown();
    }
  }

  /** On the thread of a signal. */
  private void end(CountDownLatch over) {
    asked.countDown();
    try {
      boolean unused = over.await(END_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Who serves already makes this one superfluous. Who is about to end does not: it may have looked
   * for messages for the last time. Nor does who only has the lock for a moment, to end.
   */
  private boolean awaitOffice() {
    while (asked.getCount() > 0 && !isSuperfluous()) {
      office = files.lock().tryLock(LOOK_AGAIN).orElse(null);
      if (office != null) {
        return true;
      }
    }
    return false;
  }

  /**
   * Asked again once it is told: who sees this one on its way hands a message over to it, and the
   * one that serves may have looked for messages for the last time meanwhile.
   */
  private boolean isSuperfluous() {
    if (files.serving().isEmpty()) {
      return false;
    }
    files.tellSuperfluous(mark);
    if (files.serving().isPresent()) {
      return true;
    }
    files.tellLaunched(mark);
    return false;
  }

  private boolean takeOffice() {
    office = files.lock().tryLock().orElse(null);
    return office != null;
  }

  private void serve() {
    try (DefaultKugetsu kugetsu = DefaultKugetsu.open(builder, true)) {
      DaemonDuty duty = kugetsu.duty();
      kugetsu.tasks().subscribe(TaskEvent.class, this::note);
      do {
        files.tellServing(mark);
        say("serves " + builder.repository + (idle.isZero() ? "" : ", ends after " + idle));
        awaitEnd(duty);
        files.tell(mark.ending());
        if (asked.getCount() == 0) {
          say("was asked to end");
          return;
        }
        closeOffice();
        duty.standDown();
      } while (duty.isNeeded() && awaitOffice() && duty.standUp());
      say("ends, there is nothing to do");
    } catch (RuntimeException | Error e) {
      say("cannot serve: " + e);
      throw e;
    }
  }

  /** Returns when it was asked to end, or there was nothing to do for long enough. */
  private void awaitEnd(DaemonDuty duty) {
    lastWork = System.nanoTime();
    long sweptAt = lastWork;
    Duration interval = interval(duty);
    try {
      while (!asked.await(pause(interval).toMillis(), TimeUnit.MILLISECONDS)) {
        long now = System.nanoTime();
        interval = interval(duty);
        if (now - sweptAt >= TimeUnit.NANOSECONDS.convert(interval)) {
          sweptAt = now;
          sweep(duty);
        }
        if (!idle.isZero() && isIdle(duty, now)) {
          return;
        }
      }
    } catch (InterruptedException e) {
      asked.countDown();
    }
  }

  private Duration interval(DaemonDuty duty) {
    try {
      return duty.interval();
    } catch (StorageException e) {
      say("cannot read the settings: " + e.getMessage());
      return Duration.ofMinutes(Settings.DEFAULT_DAEMON_INTERVAL_MINUTES);
    }
  }

  /** A disk that is full, say, is no reason to leave what waits to nobody. */
  private void sweep(DaemonDuty duty) {
    try {
      duty.sweep();
    } catch (StorageException e) {
      say("cannot look through everything: " + e.getMessage());
    }
  }

  private Duration pause(Duration interval) {
    if (idle.isZero()) {
      return interval;
    }
    Duration part = idle.dividedBy(4);
    return part.compareTo(OFTENEST) < 0 ? OFTENEST : part.compareTo(RAREST) > 0 ? RAREST : part;
  }

  /** Looks at what there is only when it would end: that reads every record that waits. */
  private boolean isIdle(DaemonDuty duty, long now) {
    if (now - lastWork < TimeUnit.NANOSECONDS.convert(idle)) {
      return false;
    }
    try {
      if (!duty.isNeeded()) {
        return now - lastWork
            >= TimeUnit.NANOSECONDS.convert(idle); // unless something has happened meanwhile
      }
    } catch (StorageException e) {
      say("cannot look for work: " + e.getMessage());
    }
    lastWork = now;
    return false;
  }

  private void note(TaskEvent event) {
    if (!(event instanceof TaskEvent.Output) && !(event instanceof TaskEvent.Progress)) {
      lastWork = System.nanoTime();
      say(event.getClass().getSimpleName().toLowerCase(java.util.Locale.ROOT) + " " + event.task());
    }
  }

  private void say(String what) {
    log.add(Instant.now() + " " + mark.pid() + " " + what);
  }

  private void closeOffice() {
    LockFile.Held held = office;
    office = null;
    if (held != null) {
      held.close();
    }
  }

  /** What is told of this one goes, unless another one has come, who tells of itself by then. */
  private void leave() {
    try {
      if (office != null || takeOffice()) {
        files.forget(mark);
      }
    } finally {
      closeOffice();
    }
  }
}
