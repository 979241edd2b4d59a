package io.kugetsu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.common.LimitKey;
import io.kugetsu.common.LimitReachedException;
import io.kugetsu.common.Limits;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.limit.Permit;
import io.kugetsu.support.Fifo;
import io.kugetsu.support.LeakFree;
import io.kugetsu.support.ShellAgent;
import io.kugetsu.support.TestRepository;
import io.kugetsu.task.CommandSpec;
import io.kugetsu.task.HostWork;
import io.kugetsu.task.TaskEvent;
import io.kugetsu.task.TaskHandle;
import io.kugetsu.task.TaskResult;
import io.kugetsu.task.TaskSpec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands and work of the host beside the agents, through the same door. */
class FacadeTasksTest extends LeakFree {
  private static final Duration LONG = Duration.ofSeconds(60);

  @TempDir Path temp;
  private TestRepository repository;

  @BeforeEach
  void makeRepository() throws Exception {
    repository = TestRepository.create(temp.resolve("shop"));
  }

  private Kugetsu open() {
    return Kugetsu.builder(repository.directory())
        .directory(temp.resolve("state"))
        .limits(Limits.of(1))
        .environment(with("SHOP_TOKEN", "s3cr3t-value"))
        .gates()
        .agent(ShellAgent.running("cat"))
        .open();
  }

  private static Map<String, String> with(String name, String value) {
    Map<String, String> all = new HashMap<>(TestRepository.IDENTITY);
    all.put(name, value);
    return Map.copyOf(all);
  }

  private CommandSpec sh(String script) {
    return TaskSpec.command("/bin/sh", "-c", script)
        .in(repository.directory())
        .inherit(TestRepository.IDENTITY.keySet().toArray(String[]::new));
  }

  @Test
  void a_command_runs_where_it_is_told_to_with_secrets_masked() {
    try (Kugetsu kugetsu = open()) {
      TaskHandle task = kugetsu.tasks().start(sh("ls; echo $SHOP_TOKEN").inherit("SHOP_TOKEN"));
      TaskResult result = task.await(LONG);
      assertTrue(result.isSuccess(), result::toString);
      assertEquals("README.md\n***MASKED***\n", task.output(1000));
      assertEquals(List.of(), kugetsu.list(), "it is nobody's session");
    }
  }

  @Test
  void work_of_the_host_is_a_task_like_any_other() throws Exception {
    BlockingQueue<String> progress = new LinkedBlockingQueue<>();
    try (Kugetsu kugetsu = open();
        var ignored =
            kugetsu
                .tasks()
                .subscribe(TaskEvent.Progress.class, event -> progress.add(event.text()))) {
      TaskHandle task =
          kugetsu
              .tasks()
              .start(
                  TaskSpec.host(
                      "index",
                      run -> {
                        run.progress("half");
                        return CompletableFuture.completedFuture("indexed");
                      }));
      assertEquals("indexed", task.await(LONG).finalAnswer());
      assertEquals("half", progress.poll(60, TimeUnit.SECONDS));
    }
  }

  @Test
  void it_shares_the_limits_with_agents_and_permits_taken_directly() {
    try (Kugetsu kugetsu = open()) {
      try (Permit ignored = kugetsu.limiter().tryAcquire(Set.of(LimitKey.AGENTS)).orElseThrow()) {
        assertThrows(
            LimitReachedException.class,
            () -> kugetsu.tasks().start(sh("true").limitKeys(LimitKey.AGENTS)));
      }
      assertTrue(
          kugetsu.tasks().start(sh("true").limitKeys(LimitKey.AGENTS)).await(LONG).isSuccess());
      assertEquals(0, kugetsu.limiter().held(LimitKey.AGENTS));
    }
  }

  @Test
  void closing_lets_go_of_background_commands_and_stops_the_rest() throws Exception {
    Fifo ready = Fifo.create(temp.resolve("ready"));
    Fifo go = Fifo.create(temp.resolve("go"));
    Kugetsu kugetsu = open();
    TaskHandle behind =
        kugetsu
            .tasks()
            .start(
                sh("echo x > '" + ready.path() + "'; read x < '" + go.path() + "'; echo built")
                    .background());
    ready.read();
    behind.started().toCompletableFuture().get(60, TimeUnit.SECONDS);
    TaskHandle before = kugetsu.tasks().start(sh("exec sleep 600"));
    before.started().toCompletableFuture().get(60, TimeUnit.SECONDS);
    TaskHandle host = kugetsu.tasks().start(TaskSpec.host("wait", HostWork.of(run -> await())));
    host.started().toCompletableFuture().get(60, TimeUnit.SECONDS);
    CloseReport report = kugetsu.closeGracefully(Duration.ZERO);
    assertEquals(List.of(behind.id()), report.running());
    assertEquals(List.of(before.id(), host.id()).stream().sorted().toList(), report.stopped());
    go.write("on");
    try (Kugetsu next = open()) {
      TaskHandle found = next.tasks().find(behind.id()).orElseThrow();
      assertEquals(TaskStatus.COMPLETED, found.await(LONG).status());
      assertEquals("built\n", found.output(1000));
      assertEquals(Optional.empty(), next.tasks().find(before.id()));
    }
  }

  private static String await() throws InterruptedException {
    new CountDownLatch(1).await();
    return "";
  }
}
