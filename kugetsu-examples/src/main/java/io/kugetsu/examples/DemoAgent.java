package io.kugetsu.examples;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/**
 * A small agent for machines without a real one. It asks no model: it writes the message it was
 * given into a file of its worktree, commits that, and says that it is a demonstration.
 *
 * <p>Usage: {@code DemoAgent [--session ID]}, the message on standard input.
 */
public final class DemoAgent {
  private static final String FILE = "DEMONSTRATION.md";

  private DemoAgent() {}

  /**
   * Does the work.
   *
   * @param args {@code --session} and an identifier to go on with an earlier session
   * @throws IOException when the worktree cannot be written
   * @throws InterruptedException when interrupted
   */
  public static void main(String[] args) throws IOException, InterruptedException {
    boolean resumed = args.length == 2 && args[0].equals("--session");
    String session = resumed ? args[1] : "demo-" + UUID.randomUUID();
    String message = new String(System.in.readAllBytes(), StandardCharsets.UTF_8).strip();
    if (message.isEmpty()) {
      System.err.println("there is no message on standard input");
      System.exit(2);
    }
    System.out.println("session: " + session);
    Path directory = Path.of("").toAbsolutePath();
    Files.writeString(
        directory.resolve(FILE),
        "## " + (resumed ? "A further message" : "The message") + "\n\n" + message + "\n\n",
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
    Git git = new Git(directory);
    git.run("add", "--", FILE);
    // Nobody is there to type the passphrase of a key.
    git.run("commit", "--quiet", "--no-gpg-sign", "-m", "Demonstration: note what was asked for");
    System.out.println(
        "I am the demonstration agent, no model was asked. I wrote your message to "
            + FILE
            + " and committed it as "
            + git.run("rev-parse", "--short", "HEAD")
            + ".");
  }
}
