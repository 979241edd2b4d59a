package io.kugetsu.task.internal;

import io.kugetsu.common.IssueRef;
import io.kugetsu.engine.TaskRecord;
import io.kugetsu.task.FailureType;
import io.kugetsu.task.Outcome;
import io.kugetsu.task.TaskInfo;
import io.kugetsu.task.TaskResult;
import io.kugetsu.task.TaskSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** The typed views of a task's record. */
public final class TaskViews {
  /** The input entry that names the issue a task works on. */
  public static final String REF = "ref";

  /** The input entry that says in a line for a person what a task is about. */
  public static final String DESCRIPTION = "description";

  /** The progress entry of a task that was detached because its time in the foreground was over. */
  static final String BY_DEADLINE = "detachedByDeadline";

  private static final String ANSWER = "answer";
  private static final String EXIT_CODE = "exitCode";
  private static final String SIGNAL = "signal";

  /** The outcome entry that names the {@link FailureType} of a task that did not end well. */
  public static final String FAILURE = "failure";

  private static final String ERROR = "error";
  private static final String CHANGES = "changes";
  private static final String LAST_OUTPUT = "lastOutput";

  private TaskViews() {}

  /**
   * What says in a task's input how long its run may take.
   *
   * @param time the time, counted from the start of the work; zero for any
   * @return the entries
   */
  public static Map<String, String> deadline(Duration time) {
    return new TaskOptions(
            time, Duration.ZERO, TaskSpec.OnDeadline.STOP, TaskSpec.DEFAULT_GRACE, Duration.ZERO)
        .toInput();
  }

  static TaskInfo info(TaskRecord record) {
    return new TaskInfo(
        record.id(),
        record.kind(),
        record.input().getOrDefault(DESCRIPTION, ""),
        record.status(),
        record.detached(),
        record.epoch(),
        record.attempts(),
        record.limitKeys(),
        ref(record),
        Optional.ofNullable(record.session()),
        record.createdAt(),
        Optional.ofNullable(record.startedAt()),
        Optional.ofNullable(record.endedAt()),
        Optional.ofNullable(record.stop()));
  }

  /** The task as it is once its work runs. */
  static TaskInfo started(TaskRecord claimed, Instant at) {
    TaskInfo info = info(claimed);
    return new TaskInfo(
        info.id(),
        info.kind(),
        info.description(),
        info.status(),
        info.detached(),
        info.epoch(),
        info.attempts(),
        info.limitKeys(),
        info.ref(),
        info.session(),
        info.createdAt(),
        Optional.of(info.startedAt().orElse(at)),
        info.endedAt(),
        info.stop());
  }

  /** Whether a task went into the background because its time in the foreground was over. */
  static boolean isDetachedByDeadline(TaskRecord record) {
    return record.progress().containsKey(BY_DEADLINE);
  }

  /**
   * The issue a task works on.
   *
   * @param record the task's record
   * @return the ref, or empty
   */
  public static Optional<IssueRef> ref(TaskRecord record) {
    return Optional.ofNullable(record.input().get(REF)).map(IssueRef::parse);
  }

  static TaskResult result(TaskRecord record) {
    // what waits for another try still knows how the last one ended, but that is not its end
    boolean ended = record.status().isTerminal();
    return new TaskResult(info(record), ended ? outcome(record.outcome()) : Outcome.NONE);
  }

  static Map<String, String> fields(Outcome outcome) {
    Map<String, String> fields = new HashMap<>();
    put(fields, ANSWER, outcome.answer());
    put(fields, ERROR, outcome.error());
    put(fields, CHANGES, outcome.changes());
    put(fields, LAST_OUTPUT, outcome.lastOutput());
    outcome.exitCode().ifPresent(code -> fields.put(EXIT_CODE, Integer.toString(code)));
    outcome.signal().ifPresent(signal -> fields.put(SIGNAL, signal));
    outcome.failure().ifPresent(failure -> fields.put(FAILURE, failure.name()));
    return fields;
  }

  /**
   * How a task ended.
   *
   * @param fields the outcome's entries in its record
   * @return the outcome; {@link Outcome#NONE} without entries
   */
  public static Outcome outcome(Map<String, String> fields) {
    if (fields.isEmpty()) {
      return Outcome.NONE;
    }
    String code = fields.get(EXIT_CODE);
    return new Outcome(
        fields.getOrDefault(ANSWER, ""),
        code == null ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(code)),
        Optional.ofNullable(fields.get(SIGNAL)),
        Optional.ofNullable(fields.get(FAILURE)).map(TaskViews::failure),
        fields.getOrDefault(ERROR, ""),
        fields.getOrDefault(CHANGES, ""),
        fields.getOrDefault(LAST_OUTPUT, ""));
  }

  /**
   * The failure that an outcome names. One that only a newer version knows is a failure all the
   * same.
   *
   * @param name what is under {@link #FAILURE}
   * @return the type
   */
  public static FailureType failure(String name) {
    try {
      return FailureType.valueOf(name);
    } catch (IllegalArgumentException e) {
      return FailureType.INTERNAL;
    }
  }

  private static void put(Map<String, String> fields, String key, String value) {
    if (!value.isEmpty()) {
      fields.put(key, value);
    }
  }
}
