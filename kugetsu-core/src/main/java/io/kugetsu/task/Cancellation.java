package io.kugetsu.task;

import io.kugetsu.common.StopReason;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A caller's signal that work in the foreground shall end. The caller makes one, hands it over with
 * the task, and cancels it when it lost interest; one signal may be handed over with any number of
 * tasks. A task listens to it until it ends or goes into the background: from then on the signal
 * means nothing to it. Thread-safe; needs no closing.
 */
public final class Cancellation {
  private static final Logger LOG = LoggerFactory.getLogger(Cancellation.class);

  private final Set<Listener> listeners = new LinkedHashSet<>();
  private @Nullable StopReason reason;

  /** Makes a signal that was not given yet. */
  public Cancellation() {}

  /**
   * Gives the signal. The first time counts: everybody sees the very reason given then. Returns
   * after all who listen were called, on this thread, in the order in which they began to listen.
   *
   * @param why why
   * @return whether this call gave it; false when it had been given before
   */
  public boolean cancel(StopReason why) {
    List<Listener> told;
    synchronized (this) {
      if (reason != null) {
        return false;
      }
      reason = why;
      told = new ArrayList<>(listeners);
      listeners.clear();
    }
    told.forEach(listener -> listener.tell(why));
    return true;
  }

  /** {@return whether the signal was given} */
  public synchronized boolean isCancelled() {
    return reason != null;
  }

  /** {@return why it was given, the very reason of the call that did; empty when it was not} */
  public synchronized Optional<StopReason> reason() {
    return Optional.ofNullable(reason);
  }

  /**
   * Listens to the signal. The action is called at most once: when the signal is given, or at once,
   * on this thread, when it was given before. What it throws is logged and keeps nobody else from
   * being called.
   *
   * @param action takes the reason; should be quick
   * @return to be closed when the signal means nothing any more; nothing is held afterwards
   */
  public Registration onCancel(Consumer<? super StopReason> action) {
    Listener listener = new Listener(action);
    StopReason given;
    synchronized (this) {
      given = reason;
      if (given == null) {
        listeners.add(listener);
      }
    }
    if (given != null) {
      listener.tell(given);
    }
    return listener;
  }

  /** How many listen. */
  synchronized int listeners() {
    return listeners.size();
  }

  /** Somebody's place among those who listen to a signal. Thread-safe. */
  public interface Registration extends AutoCloseable {
    /** Stops listening: no call begins any more. Closing again does nothing. */
    @Override
    void close();
  }

  private final class Listener implements Registration {
    private @Nullable Consumer<? super StopReason> action;

    Listener(Consumer<? super StopReason> action) {
      this.action = action;
    }

    void tell(StopReason why) {
      Consumer<? super StopReason> told = take();
      if (told == null) {
        return;
      }
      try {
        told.accept(why);
      } catch (RuntimeException | Error e) {
        LOG.error("a listener failed when it was told of a cancellation", e);
      }
    }

    @Override
    public void close() {
      take();
    }

    private @Nullable Consumer<? super StopReason> take() {
      synchronized (Cancellation.this) {
        Consumer<? super StopReason> taken = action;
        action = null;
        listeners.remove(this);
        return taken;
      }
    }
  }
}
