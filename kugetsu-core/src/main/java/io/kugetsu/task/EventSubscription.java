package io.kugetsu.task;

/**
 * A listener's place at the events of an instance, ended by closing it. Thread-safe.
 *
 * <p>The listener is called with one event at a time, in the order in which they were emitted, on a
 * thread of the instance's executor. What it throws is logged and counted, and the next event comes
 * all the same. While it is busy its events wait in a buffer of its own, so that it delays neither
 * tasks nor other listeners; a listener that never returns keeps one thread of the executor.
 *
 * <p>The buffer takes 1024 events, and about a million characters of output. When it is full, this
 * makes room, one event at a time:
 *
 * <ol>
 *   <li>of the {@link TaskEvent.Progress} of one epoch only the latest stays; what it replaces is
 *       not counted as dropped;
 *   <li>of the {@link TaskEvent.Output} of one epoch the oldest goes, but never the latest; the gap
 *       shows in the offsets of the next {@link OutputChunk};
 *   <li>where neither helps, the oldest event goes, whatever it is.
 * </ol>
 *
 * Who must not miss an end therefore waits for it with {@link TaskHandle}, which never drops one.
 * When the instance is closed its subscriptions are ended too.
 */
public interface EventSubscription extends AutoCloseable {
  /**
   * Ends it: no call of the listener begins any more, and what waits is forgotten. A call that has
   * begun goes on; it is not waited for, so a listener may close its own subscription. Closing
   * again does nothing.
   */
  @Override
  void close();

  /** {@return how many events the listener missed because it was too slow} */
  long dropped();

  /** {@return how often the listener threw} */
  long failures();
}
