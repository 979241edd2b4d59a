package io.kugetsu.session.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.mock;

import io.kugetsu.task.Run;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BreakableStepTest {
  private final CompletableFuture<Runnable> stop = new CompletableFuture<>();
  private final Run run = mock(Run.class);

  @BeforeEach
  void listen() {
    doAnswer(call -> stop.complete(call.getArgument(0))).when(run).onStop(any());
  }

  @AfterEach
  void no_interrupt_is_left() {
    assertFalse(Thread.interrupted());
  }

  @Test
  void a_stop_breaks_off_what_waits() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    Thread stopper = new Thread(() -> stop.join().run(), "test-stopper");
    stopper.start();
    IllegalStateException broken =
        assertThrows(
            IllegalStateException.class,
            () ->
                BreakableStep.call(
                    run,
                    () -> {
                      try {
                        assertFalse(never.await(60, TimeUnit.SECONDS), "nobody breaks it off");
                        return "waited";
                      } catch (InterruptedException e) {
                        Thread.currentThread().interrupt(); // as what it is for does
                        throw new IllegalStateException(e);
                      }
                    }));
    assertTrue(broken.getCause() instanceof InterruptedException);
    stopper.join();
  }

  @Test
  void one_that_comes_too_late_for_the_step_to_notice_is_not_left_to_others() {
    Object result = new Object();
    assertSame(
        result,
        BreakableStep.call(
            run,
            () -> {
              stop.join().run();
              assertTrue(Thread.currentThread().isInterrupted());
              return result;
            }));
    assertFalse(Thread.currentThread().isInterrupted());
  }

  @Test
  void one_after_it_hits_nothing() {
    assertEquals("made", BreakableStep.call(run, () -> "made"));
    stop.join().run();
    assertFalse(Thread.currentThread().isInterrupted());
  }

  @Test
  void what_failed_by_itself_is_as_over() {
    assertThrows(
        IllegalStateException.class,
        () ->
            BreakableStep.call(
                run,
                () -> {
                  throw new IllegalStateException("failed");
                }));
    stop.join().run();
    assertFalse(Thread.currentThread().isInterrupted());
  }

  @Test
  void somebody_elses_interrupt_stays() {
    BreakableStep.call(
        run,
        () -> {
          Thread.currentThread().interrupt();
          return "";
        });
    assertTrue(Thread.interrupted());
  }
}
