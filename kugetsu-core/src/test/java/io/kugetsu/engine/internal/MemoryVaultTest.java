package io.kugetsu.engine.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.common.StopReason;
import io.kugetsu.common.TaskId;
import io.kugetsu.engine.Activity;
import io.kugetsu.engine.NewTask;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

class MemoryVaultTest {
  private final MemoryVault vault = new MemoryVault();

  private Entry accepted(String key) {
    TaskId id = TaskId.next(Clock.systemUTC());
    NewTask task =
        new NewTask(id, "agent", true, 0, Set.of(), null, null, null, key, Map.of(), List.of());
    Entry entry = Transitions.accept(task, 1, Instant.EPOCH);
    return vault.locked(
        () -> {
          vault.bind(key, id);
          vault.add(entry);
          return entry;
        });
  }

  /** Who asks reads what steps change. */
  @Test
  void how_much_there_is_to_do_is_asked_while_that_changes() throws Exception {
    FutureTask<Integer> accepting =
        new FutureTask<>(
            () -> {
              for (int i = 0; i < 500; i++) {
                accepted("key " + i);
              }
              return 0;
            });
    accepted("first");
    Thread other = new Thread(accepting, "other");
    other.start();
    while (!accepting.isDone()) {
      assertEquals(Activity.WAITING, vault.activity());
    }
    accepting.get();
    other.join();
  }

  @Test
  void a_key_goes_with_its_task() {
    Entry first = accepted("first");
    Entry second = accepted("second");
    assertFalse(vault.remove(first), "it has not ended");
    Entry ended = Transitions.cancel(first, StopReason.user(""), Instant.EPOCH);
    vault.replace(first, ended);
    assertTrue(vault.remove(ended));
    assertEquals(Optional.empty(), vault.taskOf("first"));
    assertEquals(Optional.of(second.task().id()), vault.taskOf("second"));
  }
}
