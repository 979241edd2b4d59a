package io.kugetsu.support;

import io.kugetsu.agent.CommandLineAgent;
import java.util.List;
import java.util.regex.Pattern;

/** Small agents for tests: real processes with a few lines of shell as their mind. */
public final class ShellAgent {
  private ShellAgent() {}

  /**
   * An agent that runs a script in its worktree. The message is on standard input; {@code $1} is
   * the session's identifier when it goes on with one.
   */
  public static CommandLineAgent running(String script) {
    return CommandLineAgent.named("shell", List.of("/bin/sh", "-c", script, "agent"))
        .resumeArguments("{session}")
        .sessionLine(Pattern.compile("session: (\\S+)"))
        .build();
  }

  /** An agent that writes its message into a file, commits it and says so. */
  public static CommandLineAgent committing() {
    return running(
        """
        set -e
        echo "session: ${1:-s-$$}"
        cat > message.txt
        git add message.txt
        git commit --quiet --allow-empty -m 'Note the message'
        echo "committed $(git rev-parse HEAD)"
        """);
  }
}
