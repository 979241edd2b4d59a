package io.kugetsu.model;

import java.time.Duration;
import java.util.List;

/**
 * One turn of the model: what to wait for, then how to answer.
 *
 * @param scenario the name it is recorded under
 * @param delay waited for before the answer
 * @param gate waited for before the answer, empty for none
 */
record Step(String scenario, Duration delay, String gate, Answer answer) {

  Step(String scenario, Answer answer) {
    this(scenario, Duration.ZERO, "", answer);
  }

  Step after(String name, Duration pause) {
    return new Step(name, delay.plus(pause), gate, answer);
  }

  Step behind(String name, String gateName) {
    return new Step(name, delay, gateName, answer);
  }

  /** What goes over the wire. */
  sealed interface Answer {}

  /** A complete answer; with calls the finish reason is {@code tool_calls}. */
  record Reply(String text, List<ToolCall> calls, String finish) implements Answer {

    static Reply text(String text) {
      return new Reply(text, List.of(), "stop");
    }

    static Reply calls(List<ToolCall> calls) {
      return new Reply("", List.copyOf(calls), "tool_calls");
    }
  }

  /**
   * An HTTP error for the first attempts, then the canned answer.
   *
   * @param retryAfter seconds as written, empty for no such header
   */
  record Failure(int status, int attempts, String retryAfter) implements Answer {}

  /** No answer ever; with a beginning, the headers and one piece of text are sent first. */
  record Silence(boolean beginning) implements Answer {}
}
