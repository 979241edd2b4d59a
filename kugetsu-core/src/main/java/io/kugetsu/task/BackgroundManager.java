package io.kugetsu.task;

import io.kugetsu.common.TaskId;
import io.kugetsu.process.RunnerCapabilities;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Everything that runs or shall run has one life: it is accepted, it runs in the foreground or in
 * the background, it can be followed, waited for, detached and stopped, and it ends once. There is
 * exactly one writer of a task's end: the instance that runs it, or the one that takes it over from
 * a dead one.
 *
 * <p>It works alone, {@linkplain #open(Path) on a directory} of its own or one that others use too,
 * and it is part of {@code Kugetsu}. Thread-safe; after {@link #close()} every method throws {@link
 * io.kugetsu.common.ClosedException}.
 */
public interface BackgroundManager extends AutoCloseable {
  /**
   * Opens a manager alone.
   *
   * @param directory where tasks and what they write are kept; made if it is missing
   * @return a manager, to be closed by the caller
   * @throws io.kugetsu.common.StorageException when the directory cannot be used
   */
  static BackgroundManager open(Path directory) {
    return builder(directory).open();
  }

  /**
   * Begins the opening of a manager alone.
   *
   * @param directory where tasks and what they write are kept; made if it is missing
   * @return its settings
   */
  static BackgroundManagerBuilder builder(Path directory) {
    return new BackgroundManagerBuilder(directory);
  }

  /**
   * Starts a task now. When this returns it is accepted durably and has its permits; {@link
   * TaskHandle#started()} tells when it runs, and what keeps it from running is its end.
   *
   * @param spec what to run
   * @return a hold on it
   * @throws io.kugetsu.common.LimitReachedException when one of its limit keys has no room; nothing
   *     is left of it then
   * @throws io.kugetsu.common.InvalidRequestException when this machine cannot do what it asks for
   */
  TaskHandle start(TaskSpec<?> spec);

  /**
   * A hold on a task.
   *
   * @param id the task
   * @return its handle, or empty when no such task is kept
   */
  Optional<TaskHandle> find(TaskId id);

  /** {@return tasks that wait or run in the background, oldest first} */
  List<TaskInfo> active();

  /** {@return tasks that run in the foreground of anybody, oldest first} */
  List<TaskInfo> foreground();

  /**
   * {@return every task that is kept, ended ones too, but for those that run in the foreground;
   * oldest first}
   */
  List<TaskInfo> list();

  /**
   * Waits until one of several tasks has ended.
   *
   * @param ids the tasks; none for all that run or wait in the background at this moment. What
   *     comes later does not count
   * @param time how long at most; zero or less looks once
   * @return all of them that have ended by then, and those that have not. Comes back at once when
   *     there is none to wait for
   * @throws io.kugetsu.common.InvalidRequestException when one of them is not kept
   * @throws io.kugetsu.common.InterruptedWaitException when interrupted; the tasks go on
   */
  EndedTasks awaitAny(Collection<TaskId> ids, Duration time);

  /**
   * Waits until no task that matters waits or runs any more, those included that come while it
   * waits.
   *
   * @param matters tells which tasks matter; those in the foreground of this manager are asked
   *     about too
   * @param time how long at most; zero or less looks once
   * @return whether there is none any more
   * @throws io.kugetsu.common.InterruptedWaitException when interrupted; the tasks go on
   */
  boolean awaitAll(Predicate<TaskInfo> matters, Duration time);

  /**
   * Asks to be told what happens to the tasks that this manager accepts or runs. What others on the
   * same directory run is told once it is taken over, not before.
   *
   * @param type which events; {@code TaskEvent.class} for all
   * @param listener is told, in order, one at a time, on the manager's executor
   * @param <E> which events
   * @return ends it when closed, and tells what was dropped
   */
  <E extends TaskEvent> EventSubscription subscribe(Class<E> type, Consumer<? super E> listener);

  /**
   * Removes ended tasks that are older or more than the retention says, with what they wrote. Done
   * by itself at the opening and every hour.
   *
   * @return how many were removed
   */
  int prune();

  /**
   * What the runner of commands can do on this machine.
   *
   * @param runner the runner
   * @return what it can do
   */
  RunnerCapabilities capabilities(CommandSpec.Runner runner);

  /**
   * Makes a kind of work known, so that this instance can run it and settle what a dead instance
   * left of it.
   *
   * @param type the kind of work
   * @throws io.kugetsu.common.InvalidRequestException when that kind is known already
   */
  void register(WorkType type);

  /**
   * Ends the manager, within bounds. What is in the foreground is stopped, and so is what cannot
   * outlive this JVM; a supervised task in the background goes on, and the next instance on the
   * directory takes it over. Waits and subscriptions end. Idempotent.
   */
  @Override
  void close();
}
