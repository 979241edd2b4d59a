package io.kugetsu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.common.IssueRef;
import io.kugetsu.common.LimitKey;
import io.kugetsu.common.Limits;
import io.kugetsu.notification.NotificationType;
import io.kugetsu.support.LeakFree;
import io.kugetsu.support.OsProcesses;
import io.kugetsu.support.ShellAgent;
import io.kugetsu.support.TestRepository;
import io.kugetsu.task.TaskHandle;
import io.kugetsu.task.TaskResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ManyDelegatesTest extends LeakFree {
  private static final int LIMIT = 3;
  private static final int MESSAGES = 6;

  @TempDir Path temp;

  @Test
  void six_messages_under_a_limit_of_three_never_run_more_than_three_and_start_in_order()
      throws Exception {
    TestRepository repository = TestRepository.create(temp.resolve("shop"));
    Path witness = temp.resolve("witness");
    try (Sampler sampler = Sampler.start();
        Kugetsu kugetsu =
            Kugetsu.builder(repository.directory())
                .directory(temp.resolve("state"))
                .environment(TestRepository.IDENTITY)
                .gates()
                .limits(Limits.of(LIMIT))
                .agent(
                    ShellAgent.running(
                        "read m; echo \"start $m\" >> '"
                            + witness
                            + "'; sleep 1; echo \"end $m\" >> '"
                            + witness
                            + "'"))
                .open()) {
      kugetsu.init();
      List<TaskHandle> tasks = new ArrayList<>();
      for (int i = 0; i < MESSAGES; i++) {
        tasks.add(kugetsu.delegate(Integer.toString(i), IssueRef.parse("local:message-" + i)));
      }
      for (TaskHandle task : tasks) {
        TaskResult result = task.await(Duration.ofSeconds(60));
        assertTrue(result.isSuccess(), result::toString);
      }
      assertEquals(LIMIT, sampler.most(), "agents alive at once, as the operating system saw them");
      assertEquals(LIMIT, mostAtOnce(Files.readAllLines(witness)), "as the agents wrote it");
      assertEquals(
          tasks.stream().map(TaskHandle::id).toList(),
          kugetsu.notifications().list().stream()
              .filter(told -> told.type() == NotificationType.TASK_DEQUEUED)
              .flatMap(told -> told.task().stream())
              .toList(),
          "the order in which they were claimed");
      assertStartsInOrder(Files.readAllLines(witness));
      assertEquals(0, kugetsu.limiter().held(LimitKey.AGENTS));
    }
  }

  /** Three prepare themselves at once, so among them the agents may begin in any order. */
  private static void assertStartsInOrder(List<String> lines) {
    List<Integer> starts =
        lines.stream()
            .filter(line -> line.startsWith("start "))
            .map(line -> Integer.parseInt(line.substring("start ".length())))
            .toList();
    assertEquals(MESSAGES, starts.size());
    for (int i = 0; i < MESSAGES; i++) {
      assertTrue(Math.abs(starts.get(i) - i) < LIMIT, () -> "started in the order " + starts);
    }
  }

  private static int mostAtOnce(List<String> lines) {
    int now = 0;
    int most = 0;
    for (String line : lines) {
      now += line.startsWith("start ") ? 1 : -1;
      most = Math.max(most, now);
    }
    return most;
  }

  /** Looks at the operating system all the time, as somebody who knows nothing of kugetsu would. */
  private static final class Sampler implements AutoCloseable {
    private final Set<Long> before = new HashSet<>(OsProcesses.marked().keySet());
    private final AtomicBoolean enough = new AtomicBoolean();
    private final AtomicInteger most = new AtomicInteger();
    private final CompletableFuture<Void> end;

    private Sampler() {
      end = CompletableFuture.runAsync(this::sample, action -> new Thread(action).start());
    }

    static Sampler start() {
      return new Sampler();
    }

    private void sample() {
      while (!enough.get()) {
        Set<String> runs = new HashSet<>();
        OsProcesses.marked()
            .forEach(
                (pid, mark) -> {
                  if (!before.contains(pid)) {
                    runs.add(mark);
                  }
                });
        most.accumulateAndGet(runs.size(), Math::max);
      }
    }

    int most() {
      return most.get();
    }

    @Override
    public void close() {
      enough.set(true);
      end.join();
    }
  }
}
