package io.kugetsu.limit;

import java.util.OptionalInt;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A caller's view of its own wait for a permit: where it stands in the line, and a way to call it
 * off from another thread. Made anew for each wait. Thread-safe.
 */
public final class Waiting {
  private final IntConsumer listener;
  private int position;
  private boolean cancelled;
  private @Nullable Runnable waiter;

  /** Makes one that tells its place when it is asked. */
  public Waiting() {
    this(place -> {});
  }

  /**
   * Makes one that also tells when its place changes.
   *
   * @param listener is given each new place, from 1, on the waiting thread; must be quick
   */
  public Waiting(IntConsumer listener) {
    this.listener = listener;
  }

  /** {@return its place in the line, from 1, as it was last seen; empty when it does not wait} */
  public synchronized OptionalInt position() {
    return position == 0 ? OptionalInt.empty() : OptionalInt.of(position);
  }

  /** {@return whether it was called off} */
  public synchronized boolean isCancelled() {
    return cancelled;
  }

  /**
   * Calls the wait off: it ends with a {@link java.util.concurrent.CancellationException}, and its
   * place is given up. A permit that was given already stays the waiting caller's.
   */
  public void cancel() {
    Runnable told;
    synchronized (this) {
      cancelled = true;
      told = waiter;
    }
    if (told != null) {
      told.run();
    }
  }

  /**
   * For limiters: notes the place, and tells it if it changed.
   *
   * @param place the place, from 1, or 0 when it waits no more
   */
  public void moved(int place) {
    synchronized (this) {
      if (position == place) {
        return;
      }
      position = place;
    }
    if (place > 0) {
      listener.accept(place);
    }
  }

  /**
   * For limiters: who is to be told when it is called off.
   *
   * @param action wakes who waits; called at once when it was called off before
   */
  public void onCancel(Runnable action) {
    boolean late;
    synchronized (this) {
      waiter = action;
      late = cancelled;
    }
    if (late) {
      action.run();
    }
  }
}
