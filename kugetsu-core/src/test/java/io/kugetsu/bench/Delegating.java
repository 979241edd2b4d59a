package io.kugetsu.bench;

import io.kugetsu.Kugetsu;
import io.kugetsu.common.IssueRef;
import io.kugetsu.common.Limits;
import io.kugetsu.support.ShellAgent;
import io.kugetsu.support.TestRepository;
import io.kugetsu.task.TaskHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * How long handing a message over takes while agents are at work: until it would survive a crash.
 * The floor makes a file of the same bytes survive one.
 */
final class Delegating {
  private static final int WARM_UP = 50;
  private static final int ROUNDS = 200;
  private static final int AGENTS = 2;
  private static final double MOST_MICROS = 20_000;
  private static final String AT_WORK = "while :; do echo 'still at work'; sleep 0.1; done";

  private Delegating() {}

  static List<Figure> measure(Path scratch) throws Exception {
    TestRepository repository = TestRepository.create(scratch.resolve("shop"));
    Path state = scratch.resolve("state");
    Path floor = Files.createDirectory(scratch.resolve("floor"));
    try (Kugetsu kugetsu =
        Kugetsu.builder(repository.directory())
            .directory(state)
            .environment(TestRepository.IDENTITY)
            .gates()
            .limits(Limits.of(AGENTS))
            .agent(ShellAgent.running(AT_WORK))
            .open()) {
      kugetsu.init();
      List<TaskHandle> agents = new ArrayList<>();
      for (int i = 0; i < AGENTS; i++) {
        TaskHandle working = kugetsu.delegate("work", IssueRef.parse("local:working-" + i));
        working.started().toCompletableFuture().get(60, TimeUnit.SECONDS);
        agents.add(working);
      }
      Rounds local = rounds(kugetsu, state, floor, "local:delegate-");
      Rounds issue = rounds(kugetsu, state, floor, "github.com/acme/shop#");
      kugetsu.queue().list().forEach(item -> kugetsu.queue().cancel(item.id()));
      for (TaskHandle agent : agents) {
        agent.stop("measured");
        agent.await();
      }
      return List.of(
          local.percentile("p50, local ref", 50, Goal.timesFloor(3)),
          local.percentile("p99, local ref", 99, Goal.atMost(MOST_MICROS)),
          issue.percentile("p50, issue", 50, Goal.timesFloor(3)),
          issue.percentile("p99, issue", 99, Goal.atMost(MOST_MICROS)));
    }
  }

  private static Rounds rounds(Kugetsu kugetsu, Path state, Path floor, String refs)
      throws Exception {
    String message = "Fix the flaky login test";
    TaskHandle first = kugetsu.delegate(message, IssueRef.parse(refs + 1));
    byte[] record =
        Files.readAllBytes(state.resolve("tasks/pending").resolve(first.id() + ".json"));
    int[] next = {2, 2};
    String prefix = refs.replaceAll("[^a-z]", "-");
    return Rounds.interleaved(
        WARM_UP,
        ROUNDS,
        () -> kugetsu.delegate(message, IssueRef.parse(refs + next[0]++)),
        () -> Floors.durableWrite(floor.resolve(prefix + next[1]++), record));
  }
}
