package io.kugetsu.task.internal;

import io.kugetsu.common.TaskId;
import io.kugetsu.task.OutputChunk;
import io.kugetsu.task.TaskEvent;
import java.time.Clock;
import java.time.Instant;

/** Makes the events of one epoch of a task of its own. */
record Events(TaskEvent.Head head) {
  static Events ofNewTask() {
    return ofEpoch(TaskId.next(Clock.systemUTC()), 1);
  }

  static Events ofEpoch(TaskId task, long epoch) {
    return new Events(new TaskEvent.Head(task, "command", epoch, true, Instant.EPOCH));
  }

  TaskEvent.Queued queued(int position) {
    return new TaskEvent.Queued(head, position);
  }

  TaskEvent.Started started() {
    return new TaskEvent.Started(head);
  }

  TaskEvent.Pruned pruned() {
    return new TaskEvent.Pruned(head);
  }

  TaskEvent.Progress progress(String text) {
    return new TaskEvent.Progress(head, text);
  }

  /** One byte at an offset. */
  TaskEvent.Output output(long from) {
    return output(from, "x");
  }

  TaskEvent.Output output(long from, String text) {
    return new TaskEvent.Output(head, new OutputChunk(from, from + text.length(), text));
  }
}
