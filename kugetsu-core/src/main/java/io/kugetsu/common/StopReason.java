package io.kugetsu.common;

import java.util.Objects;

/**
 * Why a run was stopped. Immutable.
 *
 * @param origin who or what stopped it
 * @param text what to tell a person; may be empty, never null
 */
public record StopReason(Origin origin, String text) {
  /**
   * Who or what stops a run. A run that was stopped ends as {@link TaskStatus#INTERRUPTED} unless
   * it is said otherwise here. More may be added.
   */
  public enum Origin {
    /** A person, through the tool that embeds kugetsu. */
    USER,
    /** An agent, through the tools that it was given. */
    MODEL,
    /** The task that this one is a child of was stopped. */
    PARENT,
    /** The embedding program itself. */
    HOST,
    /** The program that ran the task is closing. */
    SHUTDOWN,
    /** The task's time was over: it ends as {@link TaskStatus#TIMED_OUT}. */
    DEADLINE,
    /** It used up what it may use: it ends as {@link TaskStatus#FAILED}, with that type. */
    BUDGET,
    /** It wrote more than it may: it ends as {@link TaskStatus#FAILED}, with that type. */
    OUTPUT_LIMIT,
    /** It took more memory than it may: it ends as {@link TaskStatus#FAILED}, with that type. */
    MEMORY_LIMIT
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
