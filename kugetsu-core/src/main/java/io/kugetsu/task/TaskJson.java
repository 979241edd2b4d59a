package io.kugetsu.task;

import io.kugetsu.common.InvalidRequestException;
import io.kugetsu.task.internal.TaskForms;

/**
 * Tasks, their ends and their events as JSON, for tools that hand them to other programs or keep
 * them. What is written is one JSON object in one line, without a line end; every field of the type
 * is in it, so reading it gives an equal value.
 *
 * <p>The object names the format's version, {@value #FORMAT}, under {@code format}. Fields that are
 * unknown are ignored when reading, as newer versions may add some within a format. Enum constants
 * are written in lower case, times as in ISO 8601, and what is empty is left out. Secrets are
 * masked in these values already; nothing more is masked here.
 */
public final class TaskJson {
  /** The version of the format that is written, and the newest that is read. */
  public static final int FORMAT = 1;

  private TaskJson() {}

  /**
   * Writes a task.
   *
   * @param info the task
   * @return one line of JSON
   */
  public static String write(TaskInfo info) {
    return TaskForms.INFO.write(info);
  }

  /**
   * Writes the end of a task, or how it stands.
   *
   * @param result the result
   * @return one line of JSON
   */
  public static String write(TaskResult result) {
    return TaskForms.RESULT.write(result);
  }

  /**
   * Writes an event. Its field {@code type} is the name of the event's record in lower case, for
   * example {@code started}.
   *
   * @param event the event
   * @return one line of JSON
   */
  public static String write(TaskEvent event) {
    return TaskForms.EVENT.write(event);
  }

  /**
   * Reads what {@link #write(TaskInfo)} wrote.
   *
   * @param text the JSON
   * @return the task
   * @throws InvalidRequestException when it is anything else, or of a newer format; says where
   */
  public static TaskInfo readInfo(String text) {
    return TaskForms.INFO.read(text);
  }

  /**
   * Reads what {@link #write(TaskResult)} wrote.
   *
   * @param text the JSON
   * @return the result
   * @throws InvalidRequestException when it is anything else, or of a newer format; says where
   */
  public static TaskResult readResult(String text) {
    return TaskForms.RESULT.read(text);
  }

  /**
   * Reads what {@link #write(TaskEvent)} wrote.
   *
   * @param text the JSON
   * @return the event
   * @throws InvalidRequestException when it is anything else, of a newer format, or of a type that
   *     this version does not know; says where
   */
  public static TaskEvent readEvent(String text) {
    return TaskForms.EVENT.read(text);
  }
}
