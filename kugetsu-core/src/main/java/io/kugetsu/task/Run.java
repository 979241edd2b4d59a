package io.kugetsu.task;

import io.kugetsu.common.Experimental;
import io.kugetsu.common.SessionKey;
import io.kugetsu.common.TaskId;
import io.kugetsu.engine.Holder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One epoch of a task that was claimed. Having it is having the permits: only a claim makes one,
 * and they are held until the run is settled. Thread-safe.
 */
@Experimental
public interface Run {
  /** {@return the task} */
  TaskId task();

  /** {@return which claim of the task this is, from 1} */
  long epoch();

  /** {@return what the work was told when it was accepted} */
  Map<String, String> input();

  /** {@return what this epoch made known before, which matters when it is adopted} */
  Map<String, String> progress();

  /** {@return the session it belongs to, or empty} */
  Optional<SessionKey> session();

  /** {@return a directory of this epoch's own, there and closed to other users} */
  Path directory();

  /** {@return the text that marks this epoch's processes in their environment} */
  String marker();

  /** {@return how many runs of the task counted as an attempt before this one} */
  int attempts();

  /** {@return whether a stop was asked for} */
  boolean isStopping();

  /**
   * Has something done once a stop is asked for, or the instance closes; at once if that was
   * before. {@link Work#stop} is only called once the work has begun: this is how a stop reaches
   * what a start takes its time for.
   *
   * @param action is run once, on any thread, which it must not hold up
   */
  void onStop(Runnable action);

  /** {@return whether it is in the background, and may go on when this JVM ends} */
  boolean isDetached();

  /**
   * Tells whether what is started for it may go on when this JVM ends: it is in the background, and
   * what is kept of it outlives the JVM, so that somebody can take it over.
   *
   * @return false when it has to end with this JVM
   */
  boolean outlives();

  /** Makes durable that an adopted run was found to be in the background already. */
  void foundDetached();

  /** {@return this instance as what a permit is held for: work that lives in this JVM} */
  Holder self();

  /**
   * Has its deadline counted from now on, for work that takes its time before it is {@linkplain
   * #started started}. Without it the deadline counts from then.
   */
  void preparing();

  /**
   * Writes ahead that a supervised process is about to be started in {@link #directory()}. From now
   * on the permit counts for whatever of it runs, also when this JVM dies before {@link #started}.
   *
   * @return false when the run was taken over by somebody else: nothing may be started
   */
  boolean launching();

  /**
   * Makes durable that the work runs from now on, and what holds the permit.
   *
   * @param holder what the permit is held for
   * @param progress entries to record
   * @return false when the run was taken over by somebody else: the work must end itself at once
   */
  boolean started(Holder holder, Map<String, String> progress);

  /**
   * Makes something durable about the run.
   *
   * @param progress entries to add or replace
   * @return false when the run was taken over by somebody else: the work must end itself at once
   */
  boolean progress(Map<String, String> progress);

  /**
   * Tells those who listen that something outside of the run's place changed while it ran; see
   * {@link TaskEvent.IsolationBreach}. To be called before the run is settled.
   *
   * @param changed what changed
   * @param examples some of it, for a person
   */
  void breached(Set<TaskEvent.IsolationBreach.Changed> changed, List<String> examples);
}
