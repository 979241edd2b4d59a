package io.kugetsu.task.internal;

import io.kugetsu.task.EventSubscription;
import io.kugetsu.task.TaskEvent;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One listener, what waits for it, and the one thread at a time that calls it. */
final class Subscriber<E extends TaskEvent> implements EventSubscription {
  private static final Logger LOG = LoggerFactory.getLogger(Subscriber.class);

  private final Class<E> type;
  private final Consumer<? super E> listener;
  private final EventBuffer buffer;
  private final Executor executor;
  private final Calls calls;
  private final Consumer<Subscriber<?>> onClose;

  /** Whether a thread of the executor calls the listener, or will. */
  private boolean delivering;

  /** Whether that could not be had the last time. */
  private boolean refused;

  private boolean closed;
  private long failures;

  Subscriber(
      Class<E> type,
      Consumer<? super E> listener,
      EventBuffer buffer,
      Executor executor,
      Calls calls,
      Consumer<Subscriber<?>> onClose) {
    this.type = type;
    this.listener = listener;
    this.buffer = buffer;
    this.executor = executor;
    this.calls = calls;
    this.onClose = onClose;
  }

  boolean wants(Class<? extends TaskEvent> wanted) {
    return type.isAssignableFrom(wanted) || wanted.isAssignableFrom(type);
  }

  void offer(TaskEvent event) {
    if (!type.isInstance(event)) {
      return;
    }
    synchronized (this) {
      if (closed) {
        return;
      }
      buffer.add(event);
      if (delivering) {
        return;
      }
      delivering = true;
    }
    try {
      executor.execute(this::deliver);
    } catch (RejectedExecutionException | OutOfMemoryError e) {
      refused(e);
    }
  }

  /** No thread can be had now, or any more: what waits is tried again with the next event. */
  private synchronized void refused(Throwable e) {
    delivering = false;
    if (!refused) {
      LOG.warn("no thread for a listener of task events: they wait", e);
    }
    refused = true;
  }

  private void deliver() {
    for (E event = begin(); event != null; event = begin()) {
      try {
        listener.accept(event);
      } catch (Throwable e) {
        String what = event.getClass().getSimpleName(); // an event's text may be long
        LOG.error("a listener failed at {} of {}", what, event.task(), e);
        failed();
      } finally {
        calls.end();
      }
    }
  }

  /** From here on the listener counts as called. */
  private synchronized @Nullable E begin() {
    TaskEvent event = buffer.take();
    if (event == null) {
      delivering = false;
      return null;
    }
    refused = false;
    calls.begin();
    return type.cast(event);
  }

  private synchronized void failed() {
    failures++;
  }

  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      buffer.clear();
    }
    onClose.accept(this);
  }

  @Override
  public synchronized long dropped() {
    return buffer.dropped();
  }

  @Override
  public synchronized long failures() {
    return failures;
  }
}
