package io.kugetsu.task.internal;

import io.kugetsu.common.ClosedException;
import io.kugetsu.common.TaskId;
import io.kugetsu.task.EventSubscription;
import io.kugetsu.task.TaskEvent;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Hands the events of an instance to who subscribed to them. Thread-safe; never blocks. */
public final class EventBus {
  private static final int CAPACITY = 1024;

  private final Executor executor;
  private final int capacity;
  private final List<Subscriber<?>> subscribers = new CopyOnWriteArrayList<>();
  private final Calls calls = new Calls();
  private final Map<TaskId, Early> early = new ConcurrentHashMap<>();
  private volatile boolean closed;

  /**
   * Makes one with the buffers that {@link EventSubscription} promises.
   *
   * @param executor calls the listeners; stays the caller's
   */
  public EventBus(Executor executor) {
    this(executor, CAPACITY);
  }

  /** One with buffers of another size, from 1. */
  EventBus(Executor executor, int capacity) {
    this.executor = executor;
    this.capacity = capacity;
  }

  /**
   * Calls a listener with every event of a type that is published from now on.
   *
   * @param type the type; {@link TaskEvent} itself for all
   * @param listener takes the events
   * @param <E> the type
   * @return ended by closing it, or with the bus
   * @throws ClosedException when the bus is closed
   */
  public <E extends TaskEvent> EventSubscription subscribe(
      Class<E> type, Consumer<? super E> listener) {
    Subscriber<E> subscriber =
        new Subscriber<>(
            type, listener, new EventBuffer(capacity), executor, calls, subscribers::remove);
    subscribers.add(subscriber);
    if (closed) {
      subscriber.close();
      throw new ClosedException("this Kugetsu");
    }
    return subscriber;
  }

  /**
   * Hands an event over; ignored once the bus is closed.
   *
   * @param event the event; those of one task are published one after another
   */
  public void publish(TaskEvent event) {
    Early held = early.get(event.task());
    if (held == null || !held.keeps(event)) {
      tell(event);
    }
  }

  private void tell(TaskEvent event) {
    if (!closed) {
      subscribers.forEach(subscriber -> subscriber.offer(event));
    }
  }

  /** Keeps all that is published of a task back until it was told that there is one. */
  void hold(TaskId task) {
    early.put(task, new Early());
  }

  /** Publishes that there is a task, with nothing when there is none, and then what was kept. */
  void release(TaskId task, List<TaskEvent> first) {
    Early held = early.get(task);
    if (held == null) {
      first.forEach(this::tell);
      return;
    }
    first.forEach(this::tell);
    for (TaskEvent next = held.next(); next != null; next = held.next()) {
      tell(next);
    }
    early.remove(task);
  }

  /** What came of a task before it was told that there is one. */
  private static final class Early {
    private final Deque<TaskEvent> events = new ArrayDeque<>();
    private boolean released;

    synchronized boolean keeps(TaskEvent event) {
      return !released && events.add(event);
    }

    /** What was kept first; null when nothing is left, and from then on nothing is kept. */
    synchronized @Nullable TaskEvent next() {
      released = events.isEmpty();
      return events.poll();
    }
  }

  /**
   * Whether somebody wants events of a type, so that what costs something to make is made for
   * somebody only.
   *
   * @param type the type
   * @return whether an event of that type would reach a listener now
   */
  public boolean hasSubscribers(Class<? extends TaskEvent> type) {
    return subscribers.stream().anyMatch(subscriber -> subscriber.wants(type));
  }

  /**
   * Ends all subscriptions and waits for the calls of listeners that are under way, but not when
   * called by a listener, which would wait for itself. An interrupt ends the wait, and is kept.
   *
   * @param time how long to wait at most
   * @return whether no call is under way any more
   */
  public boolean close(Duration time) {
    closed = true;
    List.copyOf(subscribers).forEach(EventSubscription::close);
    return calls.awaitNone(time);
  }
}
