package io.kugetsu.examples;

import io.kugetsu.Kugetsu;
import io.kugetsu.KugetsuBuilder;
import io.kugetsu.agent.AgentAdapter;
import io.kugetsu.agent.AgentUnavailableException;
import io.kugetsu.agent.CommandLineAgent;
import io.kugetsu.agent.OpencodeCli;
import io.kugetsu.common.IssueRef;
import io.kugetsu.common.KugetsuException;
import io.kugetsu.notification.Notification;
import io.kugetsu.session.AgentSession;
import io.kugetsu.task.TaskHandle;
import io.kugetsu.task.TaskResult;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The main job, end to end: a message is handed over, an agent does it in a worktree of its own,
 * and the result is printed.
 *
 * <p>Usage: {@code QuickStart [repository]}. Without a repository it makes one of its own in a
 * temporary directory. It runs opencode where that is installed and has a model, else the
 * demonstration agent, and says which.
 */
public final class QuickStart {
  private static final String MESSAGE =
      "Write a file HELLO.md with one friendly sentence in it, and commit it.";

  private QuickStart() {}

  /**
   * Runs it; exit code 0 when the task was completed.
   *
   * @param args optionally a repository
   * @throws IOException when the temporary directory cannot be used
   * @throws InterruptedException when interrupted
   */
  public static void main(String[] args) throws IOException, InterruptedException {
    System.exit(run(args) ? 0 : 1);
  }

  private static boolean run(String[] args) throws IOException, InterruptedException {
    AgentAdapter agent = agent();
    try (Kugetsu kugetsu = builder(args).agent(agent).open()) {
      kugetsu.init();
      IssueRef ref = IssueRef.parse("local:quick-start");
      TaskHandle task = kugetsu.delegate(MESSAGE, ref);
      System.out.println("delegated " + task.id() + ": " + MESSAGE);
      TaskResult result = task.await(Duration.ofMinutes(10));
      print(kugetsu, ref, result);
      return result.isSuccess();
    } catch (KugetsuException e) {
      System.err.println(e.getMessage());
      return false;
    }
  }

  /** Kugetsu on the given repository, or on one of its own with a state of its own. */
  private static KugetsuBuilder builder(String[] args) throws IOException, InterruptedException {
    if (args.length > 0) {
      return Kugetsu.builder(Path.of(args[0]));
    }
    Path work = Files.createTempDirectory("kugetsu-quick-start-").toRealPath();
    return Kugetsu.builder(newRepository(work.resolve("shop"))).directory(work.resolve("state"));
  }

  private static AgentAdapter agent() {
    OpencodeCli opencode = new OpencodeCli();
    try {
      opencode.check(System.getenv());
      if (opencode.hasModel(System.getenv())) {
        System.out.println("agent: opencode");
        return opencode;
      }
      System.out.println("agent: the demonstration agent (opencode has no model configured)");
    } catch (AgentUnavailableException e) {
      System.out.println("agent: the demonstration agent (opencode is not installed)");
    }
    return demo();
  }

  /** The demonstration agent, run by the JVM that runs this. */
  static AgentAdapter demo() {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    // The agent runs in its worktree, where a relative class path leads nowhere.
    String classPath =
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
            .map(entry -> Path.of(entry).toAbsolutePath().toString())
            .collect(Collectors.joining(File.pathSeparator));
    return CommandLineAgent.named(
            "demo", List.of(java, "-cp", classPath, DemoAgent.class.getName()))
        .resumeArguments("--session", "{session}")
        .sessionLine(Pattern.compile("session: (\\S+)"))
        .build();
  }

  private static Path newRepository(Path directory) throws IOException, InterruptedException {
    Files.createDirectory(directory);
    Git git = new Git(directory);
    git.run("init", "--quiet", "--initial-branch=main");
    Files.writeString(directory.resolve("README.md"), "# A shop to try kugetsu on\n");
    git.run("add", "README.md");
    git.run("commit", "--quiet", "--no-gpg-sign", "-m", "Begin");
    return directory;
  }

  private static void print(Kugetsu kugetsu, IssueRef ref, TaskResult result)
      throws IOException, InterruptedException {
    System.out.println("status: " + result.status());
    System.out.println("answer: " + result.finalAnswer());
    System.out.println("changes: " + result.changes());
    AgentSession session = kugetsu.session(ref).orElseThrow();
    if (session.worktree().isPresent()) {
      Path tree = session.worktree().get();
      System.out.println("worktree: " + tree);
      System.out.println("last commit: " + new Git(tree).run("log", "-1", "--oneline"));
    }
    for (Notification notification : kugetsu.notifications().unread()) {
      System.out.println(
          notification.at() + " " + notification.type() + " " + notification.message());
    }
  }
}
