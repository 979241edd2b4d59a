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
    vault.bind(key, id);
    vault.add(entry);
    return entry;
  }

  /** Who asks reads what steps change: in the middle of one it waits. */
  @Test
  void how_much_there_is_to_do_is_asked_between_steps() throws Exception {
    FutureTask<Activity> asking = new FutureTask<>(vault::activity);
    Thread other = new Thread(asking, "other");
    boolean asked =
        vault.locked(
            () -> {
              other.start();
              while (other.isAlive() && other.getState() != Thread.State.WAITING) {
                Thread.onSpinWait();
              }
              accepted("first");
              return asking.isDone();
            });
    assertFalse(asked);
    assertEquals(Activity.WAITING, asking.get());
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
