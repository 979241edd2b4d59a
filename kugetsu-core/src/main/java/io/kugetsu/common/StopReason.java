package io.kugetsu.common;

import java.util.Objects;

/**
 * Why a run was stopped. Immutable.
 *
 * @param origin who or what stopped it
 * @param text what to tell a person; may be empty, never null
 */
public record StopReason(Origin origin, String text) {
  /** Who or what stops a run. */
  public enum Origin {
    /** A person, through the tool that embeds kugetsu. */
    USER,
    /** The embedding program itself. */
    HOST,
    /** The program that ran the task is closing. */
    SHUTDOWN,
    /** The task's time was over: it ends as timed out. */
    DEADLINE
  }

  /** Checks its parts for null and trims the text. */
  public StopReason {
    Objects.requireNonNull(origin, "origin");
    text = text.strip();
  }

  /**
   * A stop by a person.
   *
   * @param text what to tell about it; may be empty
   * @return the reason
   */
  public static StopReason user(String text) {
    return new StopReason(Origin.USER, text);
  }
}
