package io.kugetsu.task;

import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.kugetsu.common.TaskId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** The events that a test was told, in order. */
final class Heard {
  private final BlockingQueue<TaskEvent> news = new LinkedBlockingQueue<>();
  private final List<TaskEvent> all = new ArrayList<>();

  Heard(BackgroundManager tasks) {
    tasks.subscribe(TaskEvent.class, news::add);
  }

  /** Waits for an event; all that came until then are in {@link #of}. */
  TaskEvent await(Predicate<TaskEvent> which) throws InterruptedException {
    while (true) {
      TaskEvent event = news.poll(30, TimeUnit.SECONDS);
      assertNotNull(event, () -> "not told; told were " + all);
      all.add(event);
      if (which.test(event)) {
        return event;
      }
    }
  }

  <E extends TaskEvent> E await(Class<E> type, TaskId task) throws InterruptedException {
    return type.cast(await(event -> type.isInstance(event) && event.task().equals(task)));
  }

  /** What was told of a task until the event that was waited for last, by the names of types. */
  List<String> of(TaskId task) {
    return all.stream()
        .filter(event -> event.task().equals(task))
        .map(event -> event.getClass().getSimpleName())
        .toList();
  }

  List<TaskEvent> all() {
    return all;
  }

  /** Waits until nothing more can come of what has ended: the listener is told in order. */
  void catchUp(BackgroundManager tasks) throws InterruptedException {
    TaskHandle last = tasks.start(TaskSpec.host("last", HostWork.of(run -> "")));
    await(TaskEvent.Terminal.class, last.id());
  }
}
