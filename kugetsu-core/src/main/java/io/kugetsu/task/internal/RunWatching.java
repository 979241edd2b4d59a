package io.kugetsu.task.internal;

import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Who watches what a run writes, if anybody does. Thread-safe. */
final class RunWatching {
  private @Nullable RunWatch watch;
  private boolean over;

  /** Who watches it, made at the first use; nobody once that was ended. */
  synchronized Optional<RunWatch> begin(Supplier<RunWatch> watcher) {
    if (watch == null && !over) {
      watch = watcher.get();
    }
    return current();
  }

  synchronized Optional<RunWatch> current() {
    return Optional.ofNullable(watch);
  }

  /** Nobody begins to watch it from now on; who did has to end that. */
  synchronized Optional<RunWatch> end() {
    over = true;
    return current();
  }
}
