package io.kugetsu.bench;

import io.kugetsu.Kugetsu;
import io.kugetsu.common.IssueRef;
import io.kugetsu.common.Limits;
import io.kugetsu.session.SessionState;
import io.kugetsu.support.Fifo;
import io.kugetsu.support.ShellAgent;
import io.kugetsu.support.TestRepository;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

/**
 * How long a permit that has become free stays unused: from the last thing an agent does to the
 * first thing that the next one does, each in a new worktree. Both times are told by the agents.
 * The floor is measured while an agent stands still, in the same repository: a worktree made by git
 * alone, and the same process in it.
 */
final class NextStart {
  /** By then the JVM has compiled most of what a hand-over needs. */
  private static final int WARM_UP = 40;

  private static final int ROUNDS = 20;
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);
  private static final String SCRIPT =
      """
      began=$(date +%s%N)
      read -r place
      echo "$began" > "$place/began"
      read -r go < "$place/go"
      date +%s%N > "$place/ended"
      """;

  private final TestRepository repository;
  private final Path trees;
  private final Place agents;
  private final Place floor;

  private NextStart(Path scratch) throws Exception {
    repository = TestRepository.create(scratch.resolve("shop"));
    // as in every clone
    repository.git("update-ref", "refs/remotes/origin/main", "HEAD");
    repository.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main");
    trees = Files.createDirectory(scratch.resolve("trees"));
    agents = Place.create(scratch.resolve("agents"));
    floor = Place.create(scratch.resolve("floor"));
  }

  /** Where a running script and this program meet. */
  private record Place(Path directory, Fifo began, Fifo go) {
    static Place create(Path directory) throws Exception {
      Files.createDirectory(directory);
      return new Place(
          directory, Fifo.create(directory.resolve("began")), Fifo.create(directory.resolve("go")));
    }

    long ended() throws IOException {
      return Long.parseLong(Files.readString(directory.resolve("ended")).strip());
    }
  }

  static List<Figure> measure(Path scratch) throws Exception {
    Rounds rounds = new NextStart(scratch).rounds(scratch.resolve("state"));
    return List.of(
        rounds.percentile("p50", 50, Goal.timesFloor(3)),
        rounds.percentile("p90", 90, Goal.none()));
  }

  private Rounds rounds(Path state) throws Exception {
    Rounds rounds = new Rounds(new Samples(), new Samples());
    try (Kugetsu kugetsu =
        Kugetsu.builder(repository.directory())
            .directory(state)
            .environment(TestRepository.IDENTITY)
            .gates()
            .limits(Limits.of(1))
            .agent(ShellAgent.running(SCRIPT))
            .open()) {
      kugetsu.init();
      for (int i = 0; i <= WARM_UP + ROUNDS; i++) {
        kugetsu.delegate(agents.directory().toString(), ref(i));
      }
      agents.began().read();
      for (int i = 0; i < WARM_UP + ROUNDS; i++) {
        awaitRunning(kugetsu, ref(i));
        long least = floor(i);
        agents.go().write("on");
        long began = Long.parseLong(agents.began().read());
        if (i >= WARM_UP) {
          rounds.floor().add(least);
          rounds.measured().add(began - agents.ended());
        }
      }
      agents.go().write("on");
    }
    return rounds;
  }

  private static IssueRef ref(int number) {
    return IssueRef.parse("local:next-start-" + number);
  }

  /** Until everything about its start is written, so that the floor has the machine for itself. */
  private static void awaitRunning(Kugetsu kugetsu, IssueRef ref) throws TimeoutException {
    long end = System.nanoTime() + PATIENCE_NANOS;
    while (kugetsu
        .session(ref)
        .filter(session -> session.state() == SessionState.RUNNING)
        .isEmpty()) {
      if (System.nanoTime() > end || Thread.currentThread().isInterrupted()) {
        throw new TimeoutException(ref + " does not run");
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
    }
  }

  private long floor(int number) throws Exception {
    Path tree = trees.resolve(Integer.toString(number));
    Path output = floor.directory().resolve("output");
    ProcessBuilder builder =
        new ProcessBuilder("/bin/sh", "-c", SCRIPT, "agent")
            .directory(tree.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().putAll(TestRepository.IDENTITY);
    Instant start = Instant.now();
    repository.git("worktree", "add", "--quiet", "-b", "floor/" + number, tree.toString());
    Process process = builder.start();
    try {
      try (OutputStream input = process.getOutputStream()) {
        input.write(floor.directory().toString().getBytes(StandardCharsets.UTF_8));
      }
      long began = Long.parseLong(floor.began().read());
      floor.go().write("on");
      process.waitFor();
      repository.git("worktree", "remove", tree.toString());
      return began - TimeUnit.SECONDS.toNanos(start.getEpochSecond()) - start.getNano();
    } finally {
      process.destroyForcibly();
    }
  }
}
