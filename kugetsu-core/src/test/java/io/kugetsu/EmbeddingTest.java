package io.kugetsu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.common.ClosedException;
import io.kugetsu.common.InterruptedWaitException;
import io.kugetsu.common.IssueRef;
import io.kugetsu.common.SessionKey;
import io.kugetsu.common.TaskId;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.engine.Engine;
import io.kugetsu.engine.Engines;
import io.kugetsu.queue.QueueDaemon;
import io.kugetsu.queue.QueueRequest;
import io.kugetsu.session.SessionRegistry;
import io.kugetsu.support.BrokenEngine;
import io.kugetsu.support.Fifo;
import io.kugetsu.support.LeakFree;
import io.kugetsu.support.OsProcesses;
import io.kugetsu.support.ShellAgent;
import io.kugetsu.support.TestRepository;
import io.kugetsu.task.EventSubscription;
import io.kugetsu.task.TaskEvent;
import io.kugetsu.task.TaskHandle;
import io.kugetsu.task.TaskInfo;
import io.kugetsu.task.TaskResult;
import io.kugetsu.task.TaskSpec;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** What a program that embeds kugetsu relies on beside the main job. */
class EmbeddingTest extends LeakFree {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final IssueRef ISSUE = IssueRef.parse("local:issue");

  @TempDir Path temp;
  private TestRepository repository;

  @BeforeEach
  void makeRepository() throws Exception {
    repository = TestRepository.create(temp.resolve("shop"));
  }

  private KugetsuBuilder builder(String script) {
    return Kugetsu.builder(repository.directory())
        .directory(temp.resolve("state"))
        .environment(TestRepository.IDENTITY)
        .gates()
        .agent(ShellAgent.running(script));
  }

  @Test
  void stages_complete_on_threads_of_the_instance() throws Exception {
    try (Kugetsu kugetsu = builder("echo done").open()) {
      kugetsu.init();
      TaskHandle task = kugetsu.delegate("work", ISSUE);
      CompletableFuture<String> thread = new CompletableFuture<>();
      CompletableFuture<TaskResult> end =
          task.completion()
              .whenComplete((result, failure) -> thread.complete(Thread.currentThread().getName()))
              .toCompletableFuture();
      TaskInfo started = task.started().toCompletableFuture().get(60, TimeUnit.SECONDS);
      assertTrue(started.startedAt().isPresent());
      assertEquals("done", end.get(60, TimeUnit.SECONDS).finalAnswer());
      assertFalse(thread.get(60, TimeUnit.SECONDS).isEmpty());
      assertTrue(task.completion().toCompletableFuture().get(60, TimeUnit.SECONDS).isSuccess());
    }
  }

  @Test
  void a_time_out_and_an_interrupt_end_the_wait_and_not_the_task() throws Exception {
    Fifo go = Fifo.create(temp.resolve("go"));
    try (Kugetsu kugetsu = builder("read x < '" + go.path() + "'").open()) {
      kugetsu.init();
      TaskHandle task = kugetsu.delegate("work", ISSUE);
      assertTrue(task.await(Duration.ofMillis(10)).isRunning());
      Thread.currentThread().interrupt();
      assertThrows(InterruptedWaitException.class, task::await);
      assertTrue(Thread.interrupted(), "the flag is kept");
      assertFalse(task.info().status().isTerminal());
      go.write("on");
      assertTrue(task.await(LONG).isSuccess());
    }
  }

  @Test
  void waits_and_stages_end_with_closed_and_the_executor_stays_the_callers() throws Exception {
    ExecutorService pool = Executors.newCachedThreadPool();
    try {
      Fifo ready = Fifo.create(temp.resolve("ready"));
      Kugetsu kugetsu =
          builder("echo x > '" + ready.path() + "'; exec sleep 600").executor(pool).open();
      kugetsu.init();
      TaskHandle task = kugetsu.delegate("work", ISSUE);
      ready.read();
      CompletableFuture<TaskResult> end = task.completion().toCompletableFuture();
      CompletableFuture<TaskResult> wait = CompletableFuture.supplyAsync(task::await, pool);
      task.started().toCompletableFuture().get(60, TimeUnit.SECONDS);
      kugetsu.close();
      // it goes on, and whoever waited here is told that the instance is closed
      assertClosed(end);
      assertClosed(wait);
      assertEquals("still open", pool.submit(() -> "still open").get());
      try (Kugetsu next = builder("echo never").executor(pool).open()) {
        TaskHandle same = next.tasks().find(task.id()).orElseThrow();
        assertFalse(same.info().status().isTerminal());
        assertTrue(same.stop("enough"));
        assertEquals(TaskStatus.INTERRUPTED, same.await(LONG).status());
      }
    } finally {
      pool.shutdown();
      assertTrue(pool.awaitTermination(60, TimeUnit.SECONDS));
    }
  }

  private static void assertClosed(CompletableFuture<?> wait) {
    ExecutionException told =
        assertThrows(ExecutionException.class, () -> wait.get(60, TimeUnit.SECONDS));
    assertInstanceOf(ClosedException.class, told.getCause());
  }

  @Test
  void an_engine_of_the_callers_is_used_and_left_open() {
    try (Engine engine = Engines.memory(Clock.systemUTC(), Engines.localProbe())) {
      TaskHandle task;
      try (Kugetsu kugetsu = builder("echo in memory").engine(engine).open()) {
        kugetsu.init();
        task = kugetsu.delegate("work", ISSUE);
        assertEquals("in memory", task.await(LONG).finalAnswer());
      }
      assertEquals(TaskStatus.COMPLETED, engine.tasks().find(task.id()).orElseThrow().status());
    }
  }

  @Test
  void one_instance_hands_over_and_waits_for_what_another_one_runs() {
    try (Kugetsu worker = builder("echo from the worker").open();
        Kugetsu client = builder("echo never").dispatch(false).open()) {
      client.init();
      TaskHandle task = client.delegate("work", ISSUE);
      assertEquals("from the worker", task.await(LONG).finalAnswer());
      assertTrue(worker.tasks().find(task.id()).isPresent());
    }
  }

  @Test
  void one_instance_stops_what_another_one_runs() throws Exception {
    Fifo ready = Fifo.create(temp.resolve("ready"));
    try (Kugetsu worker = builder("echo x > '" + ready.path() + "'; exec sleep 600").open();
        Kugetsu client = builder("echo never").dispatch(false).open()) {
      client.init();
      TaskHandle task = client.delegate("work", ISSUE);
      ready.read();
      assertTrue(task.stop("from elsewhere"));
      assertEquals(TaskStatus.INTERRUPTED, task.await(LONG).status());
      assertTrue(worker.tasks().active().isEmpty());
    }
  }

  @Test
  void closing_from_a_callback_ends_everything_too() throws Exception {
    Kugetsu kugetsu = builder("echo done").open();
    kugetsu.init();
    CompletableFuture<Void> closed =
        kugetsu
            .delegate("work", ISSUE)
            .completion()
            .thenAccept(result -> kugetsu.close())
            .toCompletableFuture();
    closed.get(60, TimeUnit.SECONDS);
    assertThrows(ClosedException.class, kugetsu::list);
  }

  @Test
  void what_is_started_beside_a_closing_is_refused_or_known_to_it() throws Exception {
    try (BrokenEngine engine =
        new BrokenEngine(Engines.memory(Clock.systemUTC(), Engines.localProbe()))) {
      Kugetsu kugetsu = builder("exec sleep 600").engine(engine).open();
      kugetsu.init();
      AtomicReference<CompletableFuture<Void>> closing = new AtomicReference<>();
      engine.before(
          "admit",
          () -> {
            closing.set(CompletableFuture.runAsync(kugetsu::close));
            // as far as it gets without the one that is being started
            assertThrows(
                TimeoutException.class, () -> closing.get().get(500, TimeUnit.MILLISECONDS));
          });
      kugetsu.start(ISSUE, "work");
      closing.get().get(60, TimeUnit.SECONDS);
      assertEquals(List.of(), engine.tasks().list(Set.of(TaskStatus.RUNNING, TaskStatus.STOPPING)));
    }
  }

  @Test
  void who_closes_it_second_takes_nothing_away_from_the_first() throws Exception {
    try (BrokenEngine engine =
        new BrokenEngine(Engines.memory(Clock.systemUTC(), Engines.localProbe()))) {
      Kugetsu kugetsu = builder("echo never").engine(engine).open();
      CompletableFuture<String> up = new CompletableFuture<>();
      EventSubscription unused =
          kugetsu
              .tasks()
              .subscribe(TaskEvent.Output.class, event -> up.complete(event.chunk().text()));
      // in the foreground: it ends with what runs it
      kugetsu.tasks().start(TaskSpec.command("sh", "-c", "echo $$; exec sleep 600"));
      // not told before it is one that can be stopped
      long pid = Long.parseLong(up.get(60, TimeUnit.SECONDS).strip());
      AtomicReference<CompletableFuture<Void>> second = new AtomicReference<>();
      engine.before(
          "stopping",
          () -> {
            engine.works("stopping");
            second.set(CompletableFuture.runAsync(kugetsu::close));
            assertThrows(
                TimeoutException.class, () -> second.get().get(500, TimeUnit.MILLISECONDS));
            assertTrue(OsProcesses.lives(pid), "nobody has stopped it yet");
          });
      kugetsu.tasks().close();
      second.get().get(60, TimeUnit.SECONDS);
      assertEquals(List.of(), engine.tasks().list(Set.of(TaskStatus.RUNNING, TaskStatus.STOPPING)));
    }
  }

  @Test
  void once_its_tasks_are_closed_an_instance_leaves_what_waits_to_others() {
    try (Kugetsu kugetsu = builder("echo never").open()) {
      kugetsu.init();
      kugetsu.tasks().close();
      TaskId id = kugetsu.delegate("work", ISSUE).id();
      assertThrows(ClosedException.class, () -> kugetsu.start(IssueRef.parse("local:b"), "now"));
      try (Kugetsu other = builder("echo by another").open()) {
        assertEquals("by another", other.tasks().find(id).orElseThrow().await(LONG).finalAnswer());
      }
      assertEquals(1, kugetsu.queue().list().size(), "what was refused left nothing");
    }
  }

  /** Who is refused hands it over again; so who is not refused must not look so. */
  @Test
  void a_message_that_is_accepted_at_the_moment_of_the_closing_is_told_to_be() throws Exception {
    Fifo launched = Fifo.create(temp.resolve("launched"));
    Engine real = Engines.files(temp.resolve("state"), Clock.systemUTC(), Engines.localProbe());
    BrokenEngine engine = new BrokenEngine(real);
    try (Kugetsu kugetsu =
        builder("echo never")
            .engine(engine)
            .dispatch(false)
            .startDaemon(true)
            .daemonCommand(List.of("/bin/sh", "-c", "echo x > '" + launched.path() + "'"))
            .open()) {
      kugetsu.init();
      engine.after("enqueue", real::close);
      TaskId id = kugetsu.queue().enqueue(QueueRequest.of("work", ISSUE)).id();
      launched.read(); // and somebody is there who starts it
      try (Engine next =
          Engines.files(temp.resolve("state"), Clock.systemUTC(), Engines.localProbe())) {
        assertTrue(next.tasks().find(id).isPresent());
      }
    }
  }

  @Test
  void nothing_that_was_handed_out_answers_after_the_closing() {
    try (Engine engine = Engines.memory(Clock.systemUTC(), Engines.localProbe())) {
      Kugetsu kugetsu = builder("echo never").engine(engine).open();
      SessionRegistry sessions = kugetsu.sessions();
      QueueDaemon daemon = kugetsu.daemon();
      kugetsu.close();
      List<Executable> calls =
          List.of(
              sessions::list,
              () -> sessions.find(SessionKey.of(ISSUE, repository.directory())),
              daemon::status,
              daemon::start,
              daemon::stop,
              daemon::restart,
              () -> daemon.logs(1));
      for (int i = 0; i < calls.size(); i++) {
        assertThrows(ClosedException.class, calls.get(i), "call " + i);
      }
    }
  }
}
