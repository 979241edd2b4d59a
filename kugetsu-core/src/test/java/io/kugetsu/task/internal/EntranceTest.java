package io.kugetsu.task.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.common.ClosedException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EntranceTest {
  private final Entrance entrance = new Entrance("it");

  @Test
  void a_step_may_close_it() {
    String told =
        entrance.through(
            () -> entrance.through(() -> entrance.close(() -> "closed").orElseThrow()));

    assertEquals("closed", told);
    assertThrows(ClosedException.class, () -> entrance.through(() -> ""));
    assertEquals(Optional.empty(), entrance.close(() -> "again"));
  }

  @Test
  void what_is_done_at_the_closing_may_close_it() {
    assertEquals(
        Optional.of(Optional.empty()), entrance.close(() -> entrance.close(() -> "again")));
  }

  @Test
  void of_two_steps_that_close_it_both_come_to_their_end() throws Exception {
    CountDownLatch both = new CountDownLatch(2);
    CompletableFuture<Optional<String>> first = closing(both);
    CompletableFuture<Optional<String>> second = closing(both);

    assertTrue(
        first.get(30, TimeUnit.SECONDS).isPresent()
            != second.get(30, TimeUnit.SECONDS).isPresent());
  }

  private CompletableFuture<Optional<String>> closing(CountDownLatch both) {
    CompletableFuture<Optional<String>> result = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () ->
                result.complete(
                    entrance.through(
                        () -> {
                          both.countDown();
                          try {
                            both.await();
                          } catch (InterruptedException e) {
                            throw new AssertionError(e);
                          }
                          return entrance.close(() -> "closed");
                        })));
    thread.setDaemon(true);
    thread.start();
    return result;
  }
}
