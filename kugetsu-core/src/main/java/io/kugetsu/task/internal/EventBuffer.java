package io.kugetsu.task.internal;

import io.kugetsu.common.TaskId;
import io.kugetsu.task.EventSubscription;
import io.kugetsu.task.TaskEvent;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Events that wait for one listener, with the overflow rule of {@link EventSubscription}. Each step
 * costs the same however many wait. Not thread-safe.
 */
final class EventBuffer {
  /** A megabyte or two, however large the single chunks are. */
  static final int MOST_TEXT = 1_000_000;

  private final int capacity;

  /** By the order in which they came. */
  private final Map<Long, TaskEvent> waiting = new LinkedHashMap<>();

  /** The latest event that waits of each stream in which a later one stands for an earlier one. */
  private final Map<Stream, Long> latest = new HashMap<>();

  /** Those that are followed by a later one of their stream, in the order in which they were. */
  private final Set<Long> superseded = new LinkedHashSet<>();

  private long next;
  private long text;
  private long dropped;

  EventBuffer(int capacity) {
    this.capacity = capacity;
  }

  void add(TaskEvent event) {
    long number = next++;
    waiting.put(number, event);
    text += textOf(event);
    Stream stream = Stream.of(event);
    if (stream != null) {
      Long before = latest.put(stream, number);
      if (before != null) {
        superseded.add(before);
      }
    }
    while (waiting.size() > capacity) {
      if (!dropSuperseded()) {
        take();
        dropped++;
      }
    }
    while (text > MOST_TEXT && dropSuperseded()) {
      // until little enough waits, or each run has but one
    }
  }

  /** The next event, which waits no more; null when there is none. */
  @Nullable TaskEvent take() {
    Iterator<Map.Entry<Long, TaskEvent>> first = waiting.entrySet().iterator();
    if (!first.hasNext()) {
      return null;
    }
    Map.Entry<Long, TaskEvent> entry = first.next();
    TaskEvent event = entry.getValue();
    long number = entry.getKey();
    first.remove();
    text -= textOf(event);
    Stream stream = Stream.of(event);
    if (stream != null && !superseded.remove(number)) {
      latest.remove(stream);
    }
    return event;
  }

  /** How many entries it keeps, of events and about them: none when no event waits. */
  int entries() {
    return waiting.size() + latest.size() + superseded.size();
  }

  void clear() {
    waiting.clear();
    latest.clear();
    superseded.clear();
    text = 0;
  }

  long dropped() {
    return dropped;
  }

  private boolean dropSuperseded() {
    Iterator<Long> first = superseded.iterator();
    if (!first.hasNext()) {
      return false;
    }
    long number = first.next();
    first.remove();
    TaskEvent event = waiting.remove(number);
    if (event instanceof TaskEvent.Output output) {
      text -= textOf(output);
      dropped++;
    }
    return true;
  }

  private static int textOf(TaskEvent event) {
    return event instanceof TaskEvent.Output output ? output.chunk().text().length() : 0;
  }

  /** What one epoch says in many events of one type. */
  private record Stream(TaskId task, long epoch, boolean output) {
    static @Nullable Stream of(TaskEvent event) {
      boolean output = event instanceof TaskEvent.Output;
      return output || event instanceof TaskEvent.Progress
          ? new Stream(event.task(), event.epoch(), output)
          : null;
    }
  }
}
