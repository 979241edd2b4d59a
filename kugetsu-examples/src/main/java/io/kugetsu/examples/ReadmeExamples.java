package io.kugetsu.examples;

import io.kugetsu.Kugetsu;
import io.kugetsu.agent.AgentAdapter;
import io.kugetsu.agent.CommandLineAgent;
import io.kugetsu.agent.OpencodeCli;
import io.kugetsu.common.IssueRef;
import io.kugetsu.common.LimitKey;
import io.kugetsu.common.Limits;
import io.kugetsu.limit.ConcurrencyLimiter;
import io.kugetsu.limit.Permit;
import io.kugetsu.notification.HttpSink;
import io.kugetsu.notification.NotificationSink;
import io.kugetsu.task.BackgroundManager;
import io.kugetsu.task.Release;
import io.kugetsu.task.TaskHandle;
import io.kugetsu.task.TaskSpec;
import io.kugetsu.worktree.Removal;
import io.kugetsu.worktree.RemovalRequest;
import io.kugetsu.worktree.Worktree;
import io.kugetsu.worktree.WorktreeRequest;
import io.kugetsu.worktree.WorktreeService;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;

/** The examples of the README, word for word, so that they compile. */
final class ReadmeExamples {
  private ReadmeExamples() {}

  static void firstSteps() {
    try (Kugetsu kugetsu = Kugetsu.open(Path.of("."))) {
      kugetsu.init();
      var task = kugetsu.delegate("Fix the flaky login test", IssueRef.parse("local:login"));
      System.out.println(task.await(Duration.ofMinutes(30)).finalAnswer());
    }
  }

  static Kugetsu ownAgent(Path repository) {
    AgentAdapter agent =
        CommandLineAgent.named("my-agent", List.of("my-agent", "--yes"))
            .modelArguments("--model", "{model}")
            .resumeArguments("--session", "{session}")
            .sessionLine(Pattern.compile("session: (\\S+)"))
            .build();
    Kugetsu kugetsu = Kugetsu.builder(repository).agent(agent).open();
    return kugetsu;
  }

  static Kugetsu opencode(Path repository) {
    Kugetsu kugetsu = Kugetsu.builder(repository).agent(new OpencodeCli().strict()).open();
    return kugetsu;
  }

  static Kugetsu limits(Path repository) {
    Limits limits = Limits.of(5).perKey("provider:*", 2).perKey("repo:github.com/acme/shop", 1);
    Kugetsu kugetsu = Kugetsu.builder(repository).limits(limits).open();
    return kugetsu;
  }

  static void oneShot(Path repository) {
    try (Kugetsu kugetsu = Kugetsu.builder(repository).dispatch(false).startDaemon(true).open()) {
      System.out.println(
          kugetsu.delegate("Fix it", IssueRef.parse("github.com/acme/shop#42")).id());
      System.out.println(kugetsu.stats());
    }
  }

  static Kugetsu chatBot(Path repository) {
    NotificationSink bot =
        HttpSink.builder("bot", URI.create("https://chat.example.org/hook"))
            .bearerToken("CHAT_TOKEN")
            .build();
    Kugetsu kugetsu = Kugetsu.builder(repository).sink(bot).open();
    return kugetsu;
  }

  static void limiterAlone() {
    try (var limiter = ConcurrencyLimiter.inMemory(Limits.none().perKey("build", 2));
        Permit permit = limiter.acquire(LimitKey.of("build"), Duration.ofMinutes(5))) {
      System.out.println("at most two of these at once: " + permit.keys());
    }
  }

  static void tasksAlone(Path state, Path repository) {
    try (BackgroundManager tasks = BackgroundManager.open(state)) {
      TaskHandle build =
          tasks.start(
              TaskSpec.command("mvn", "verify").in(repository).deadline(Duration.ofHours(1)));
      if (build.awaitRelease(Duration.ofSeconds(60)).kind() == Release.Kind.WAITING) {
        build.detach(); // from now on it outlives this program
      }
      System.out.println(build.id() + ": " + build.output(1_000));
    }
  }

  static void worktreesAlone(Path repository, Path root) {
    WorktreeService worktrees = WorktreeService.of(repository, root);
    Worktree tree = worktrees.create(WorktreeRequest.branch("fix-42")).created().orElseThrow();
    System.out.println(tree.path() + ": " + worktrees.changes(tree).commitCount() + " commits");
    if (worktrees.remove(tree) instanceof Removal.Refused refused) {
      System.out.println("still there, because of " + refused.obstacles());
      // saved first; worktrees.restore(rescue) gives it back
      worktrees.remove(tree, RemovalRequest.refusing().rescue());
    }
    worktrees.remove(tree, RemovalRequest.refusing().rescue()); // saves what would be lost
    worktrees.rescues().forEach(rescue -> System.out.println(worktrees.restore(rescue)));
  }
}
