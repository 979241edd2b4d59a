package io.kugetsu.agent;

import io.kugetsu.common.Experimental;
import io.kugetsu.task.FailureType;
import java.time.Duration;
import java.util.Optional;

/**
 * What an agent's own words say about a run.
 *
 * @param answer its final answer; empty when it gave none
 * @param failure why the run cannot be called done, or empty when it can; work without a text is
 *     done
 * @param error one line for a person about the failure; empty when there is none
 * @param worked whether the agent did anything that must not be repeated unasked: a model answered
 *     or a tool ran
 * @param retryAfter how long the provider asks to wait, if it does; {@link #LONGEST_WAIT} at most
 *     is kept
 * @param lastOutput the end of what it printed, as a person reads it; empty when it printed nothing
 * @param usage what the run used, as far as the agent told
 */
@Experimental
public record AgentReport(
    String answer,
    Optional<FailureType> failure,
    String error,
    boolean worked,
    Optional<Duration> retryAfter,
    String lastOutput,
    Usage usage) {
  /** The longest wait that a provider gets: whoever asks for more is asked again after a day. */
  public static final Duration LONGEST_WAIT = Duration.ofDays(1);

  /** Bounds the wait. */
  public AgentReport {
    retryAfter = retryAfter.map(it -> it.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : it);
  }

  /**
   * What a run used.
   *
   * @param modelCalls how many answers the model gave
   * @param inputTokens tokens read, caches included
   * @param outputTokens tokens written, reasoning included
   * @param cost in the currency of the agent's price list; 0 where it has none
   */
  public record Usage(long modelCalls, long inputTokens, long outputTokens, double cost) {
    /** Nothing, or nothing known. */
    public static final Usage NONE = new Usage(0, 0, 0, 0);
  }
}
