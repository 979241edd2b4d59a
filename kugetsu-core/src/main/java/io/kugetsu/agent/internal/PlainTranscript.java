package io.kugetsu.agent.internal;

import io.kugetsu.agent.AgentReport;
import io.kugetsu.agent.AgentTranscript;
import io.kugetsu.task.FailureType;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What an agent prints that speaks to people: its words are its answer, its exit code its verdict.
 */
public final class PlainTranscript implements AgentTranscript {
  private final @Nullable Pattern sessionLine;
  private final LastLines said = new LastLines(64 * 1024);
  private Optional<String> session = Optional.empty();

  /**
   * Makes a reader for one run.
   *
   * @param sessionLine matches the line that tells the session's identifier, in its first group; or
   *     null
   */
  public PlainTranscript(@Nullable Pattern sessionLine) {
    this.sessionLine = sessionLine;
  }

  @Override
  public void line(String line) {
    if (sessionLine != null && session.isEmpty()) {
      Matcher matcher = sessionLine.matcher(line);
      if (matcher.matches()) {
        session = Optional.ofNullable(matcher.group(1)).flatMap(SessionIds::safe);
        return;
      }
    }
    said.add(line);
  }

  @Override
  public Optional<String> sessionId() {
    return session;
  }

  @Override
  public AgentReport report(boolean exitedWell) {
    String last = said.lastLine();
    return new AgentReport(
        exitedWell ? said.text().strip() : "",
        exitedWell ? Optional.empty() : Optional.of(FailureType.EXIT_CODE),
        exitedWell ? "" : "the agent failed" + (last.isEmpty() ? "" : ": " + last),
        true, // it cannot be known that it did nothing
        Optional.empty(),
        said.end(),
        AgentReport.Usage.NONE);
  }
}
