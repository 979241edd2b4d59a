package io.kugetsu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.common.IssueRef;
import io.kugetsu.common.Limits;
import io.kugetsu.common.TaskId;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.support.Fifo;
import io.kugetsu.support.LeakFree;
import io.kugetsu.support.ShellAgent;
import io.kugetsu.support.TestRepository;
import io.kugetsu.task.TaskEvent;
import io.kugetsu.task.TaskEvent.IsolationBreach;
import io.kugetsu.task.TaskEvent.IsolationBreach.Changed;
import io.kugetsu.task.TaskHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real agents that leave their worktree, and those that do not. */
class IsolationBreachTest extends LeakFree {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final IssueRef ISSUE = IssueRef.parse("local:issue");

  @TempDir Path temp;
  private TestRepository repository;
  private String main;

  @BeforeEach
  void makeRepository() throws Exception {
    repository = TestRepository.create(temp.resolve("shop"));
    repository.git("branch", "release");
    Files.writeString(repository.directory().resolve("dirty"), "a person's\n");
    main = "'" + repository.directory() + "'";
  }

  @Test
  void a_file_in_the_main_checkout_is_told_right_before_the_end() throws Exception {
    List<TaskEvent> told = run("echo x >> " + main + "/README.md; echo y >> " + main + "/dirty");

    IsolationBreach breach = (IsolationBreach) told.get(told.size() - 2);
    assertEquals(Set.of(Changed.FILES), breach.changed());
    assertEquals(List.of("README.md", "dirty"), breach.examples());
    assertTrue(told.get(told.size() - 1) instanceof TaskEvent.Terminal);
    assertEquals(1, told.stream().filter(IsolationBreach.class::isInstance).count());
  }

  @Test
  void its_head_and_the_branches_of_others_are_told() throws Exception {
    List<TaskEvent> told =
        run(
            "git checkout -q -b feature && git commit -q --allow-empty -m x"
                + " && git branch -f release && cd "
                + main
                + " && git checkout -q -b elsewhere");

    IsolationBreach breach = (IsolationBreach) told.get(told.size() - 2);
    assertEquals(Set.of(Changed.HEAD, Changed.REFS), breach.changed());
    assertEquals(List.of("HEAD", "refs/heads/release"), breach.examples());
  }

  @Test
  void what_an_agent_may_do_is_not_told() throws Exception {
    List<TaskEvent> told =
        run(
            "echo x > file && git add . && git commit -q -m x && git branch other && git tag new"
                + " && git checkout -q -b mine && git commit -q --allow-empty -m y"
                + " && echo z >> file && git stash -q && echo i > "
                + main
                + "/cache.ignored && cat "
                + main
                + "/dirty");

    assertEquals(0, told.stream().filter(IsolationBreach.class::isInstance).count());
  }

  @Test
  void whoever_takes_the_run_over_tells_it_too() throws Exception {
    Fifo begun = Fifo.create(temp.resolve("begun"));
    Fifo go = Fifo.create(temp.resolve("go"));
    String script =
        "echo x > '" + begun.path() + "'; read x < '" + go.path() + "'; rm " + main + "/README.md";
    TaskId id;
    try (Kugetsu first = open(script)) {
      id = first.delegate("work", ISSUE).id();
      begun.read();
    }
    try (Kugetsu second = open(script)) {
      BlockingQueue<TaskEvent> told = new LinkedBlockingQueue<>();
      second.tasks().subscribe(TaskEvent.class, told::add);
      go.write("on");

      TaskEvent event = told.poll(60, TimeUnit.SECONDS);
      while (event != null && !(event instanceof IsolationBreach)) {
        event = told.poll(60, TimeUnit.SECONDS);
      }
      assertNotNull(event);
      assertEquals(id, event.task());
      assertEquals(List.of("README.md"), ((IsolationBreach) event).examples());
    }
  }

  private List<TaskEvent> run(String script) throws Exception {
    List<TaskEvent> told = new ArrayList<>();
    try (Kugetsu kugetsu = open(script)) {
      BlockingQueue<TaskEvent> news = new LinkedBlockingQueue<>();
      kugetsu.tasks().subscribe(TaskEvent.class, news::add);
      TaskHandle task = kugetsu.delegate("work", ISSUE);
      assertEquals(TaskStatus.COMPLETED, task.await(LONG).info().status());
      TaskEvent event;
      do {
        event = news.poll(60, TimeUnit.SECONDS);
        assertNotNull(event);
        told.add(event);
      } while (!(event instanceof TaskEvent.Terminal));
    }
    return told;
  }

  private Kugetsu open(String script) {
    Kugetsu kugetsu =
        Kugetsu.builder(repository.directory())
            .directory(temp.resolve("state"))
            .environment(TestRepository.IDENTITY)
            .gates()
            .limits(Limits.of(1))
            .agent(ShellAgent.running(script))
            .open();
    kugetsu.init();
    return kugetsu;
  }
}
