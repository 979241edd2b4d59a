package io.kugetsu.model;

/**
 * One chat request as the server saw it, recorded on arrival, before anything is answered.
 *
 * @param number counts the chat requests of one server from 1, repeated attempts included
 * @param scenario first word of the step being played, {@code default} without a directive
 * @param prompt full text of the last user message, unchanged
 * @param turn assistant turns that already follow that message; 0 for the first request of a prompt
 * @param auxiliary true for a request that offers no tools (titles, summaries); no scenario is
 *     played for it
 * @param body the request body, unchanged
 */
public record ModelRequest(
    int number, String scenario, String prompt, int turn, boolean auxiliary, String body) {

  private static final int SHOWN = 80;

  /** True for a request in which the agent works on a prompt, whatever its turn. */
  public boolean isWork() {
    return !auxiliary;
  }

  /** Short, without the body and with at most the start of the prompt. */
  @Override
  public String toString() {
    String start = prompt.length() > SHOWN ? prompt.substring(0, SHOWN) + "…" : prompt;
    return "#%d %s turn %d%s [%s]"
        .formatted(number, scenario, turn, auxiliary ? " auxiliary" : "", start);
  }
}
