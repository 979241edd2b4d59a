package io.kugetsu.session.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import io.kugetsu.support.LeakFree;
import io.kugetsu.task.Run;
import io.kugetsu.task.Until;
import io.kugetsu.worktree.Fingerprint;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A look at the main checkout that takes long, beside a run that comes to nothing. */
@Timeout(60)
class IsolationWatchTest extends LeakFree {
  @TempDir Path directory;
  private final Run run = mock(Run.class);
  private final CountDownLatch looking = new CountDownLatch(1);
  private final AtomicBoolean brokenOff = new AtomicBoolean();

  @BeforeEach
  void place() {
    when(run.directory()).thenReturn(directory);
  }

  private Fingerprint forEver() {
    looking.countDown();
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      brokenOff.set(true);
    }
    throw new IllegalStateException("broken off");
  }

  @Test
  void nothing_of_it_goes_on_when_nobody_needs_it_any_more() throws Exception {
    try (IsolationWatch watch = IsolationWatch.begin(this::forEver)) {
      looking.await();
      assertFalse(brokenOff.get());
    }
    assertTrue(brokenOff.get());
  }

  @Test
  void a_stop_does_not_wait_for_it() throws Exception {
    AtomicReference<Runnable> stop = new AtomicReference<>();
    doAnswer(
            call -> {
              stop.set(call.getArgument(0));
              return null;
            })
        .when(run)
        .onStop(any());
    Thread stopping =
        new Thread(
            () -> {
              Until.soon("it can be stopped", () -> stop.get() != null);
              stop.get().run();
            });
    try (IsolationWatch watch = IsolationWatch.begin(this::forEver)) {
      stopping.start();
      assertFalse(BreakableStep.call(run, () -> watch.keep(run)));
      assertFalse(Thread.interrupted(), "left for what this thread does next");
    }
    stopping.join();
    assertEquals(0, directory.toFile().list().length);
  }
}
