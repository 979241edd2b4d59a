package io.kugetsu.engine.internal;

import io.kugetsu.common.InvalidRequestException;
import io.kugetsu.common.TaskId;
import io.kugetsu.engine.Admission;
import io.kugetsu.engine.ClaimRequest;
import io.kugetsu.engine.Enqueued;
import io.kugetsu.engine.NewTask;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** From a new task to its first record: one that waits, or one that runs at once or not at all. */
final class Acceptance {
  private final Vault vault;
  private final Times times;
  private final Families families;
  private final HandingOut handingOut;

  Acceptance(Vault vault, Times times, Families families, HandingOut handingOut) {
    this.vault = vault;
    this.times = times;
    this.families = families;
    this.handingOut = handingOut;
  }

  Enqueued enqueue(NewTask task) {
    String key = task.idempotencyKey();
    return key == null && task.parent() == null
        ? add(accept(task))
        : vault.locked(() -> enqueueOnce(key, task));
  }

  private Enqueued enqueueOnce(@Nullable String key, NewTask task) {
    Optional<Entry> known = Optional.ofNullable(key).flatMap(this::known);
    if (known.isPresent()) {
      return new Enqueued(known.get().task(), false);
    }
    Entry accepted = accept(task);
    if (key != null) {
      // First the key: a key without a task is free to be used again, a task without its key is
      // not found by it.
      vault.bind(key, task.id());
    }
    families.note(accepted);
    return add(accepted);
  }

  /** The task that was accepted under a key, as long as it is kept. */
  Optional<Entry> known(String key) {
    return vault.taskOf(key).flatMap(vault::find);
  }

  private Enqueued add(Entry entry) {
    vault.add(entry);
    return new Enqueued(entry.task(), true);
  }

  private Entry accept(NewTask task) {
    Instant now = times.instant();
    Entry entry = Transitions.accept(task, vault.nextOrder(now), now);
    TaskId parent = task.parent();
    return parent == null ? entry : families.born(entry, parent, task.spawnLimits());
  }

  Admission admit(NewTask task, ClaimRequest request) {
    if (task.idempotencyKey() != null) {
      throw new InvalidRequestException(
          "a task that runs at once or not at all takes no idempotency key");
    }
    vault.prepare();
    return vault.locked(() -> admitNow(task, request));
  }

  private Admission admitNow(NewTask task, ClaimRequest request) {
    Entry accepted = accept(task);
    Optional<Admission.Refused> refused = handingOut.planner(request).admit(accepted, request);
    if (refused.isPresent()) {
      return refused.get();
    }
    Entry running = Transitions.claim(accepted, request.me(), times.instant(), request.owed());
    families.note(accepted);
    vault.add(running);
    return new Admission.Admitted(HandingOut.claimed(running, false));
  }
}
