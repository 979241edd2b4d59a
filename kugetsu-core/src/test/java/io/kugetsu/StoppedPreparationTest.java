package io.kugetsu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.common.IssueRef;
import io.kugetsu.common.Limits;
import io.kugetsu.common.StopReason;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.queue.QueueRequest;
import io.kugetsu.session.SessionState;
import io.kugetsu.support.Fifo;
import io.kugetsu.support.LeakFree;
import io.kugetsu.support.OsProcesses;
import io.kugetsu.support.ShellAgent;
import io.kugetsu.support.TestRepository;
import io.kugetsu.task.BackgroundManager;
import io.kugetsu.task.BackgroundManagerBuilder;
import io.kugetsu.task.Cancellation;
import io.kugetsu.task.FailureType;
import io.kugetsu.task.HostSpec;
import io.kugetsu.task.HostWork;
import io.kugetsu.task.TaskHandle;
import io.kugetsu.task.TaskResult;
import io.kugetsu.task.TaskSpec;
import io.kugetsu.testing.ManualTimers;
import io.kugetsu.worktree.SetUpFile;
import io.kugetsu.worktree.WorktreeRequest;
import io.kugetsu.worktree.WorktreeService;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A stop, a deadline and a closing while a worktree is being made. What makes it waits for a pipe
 * that nobody ever opens, so nothing here ends by itself.
 */
class StoppedPreparationTest extends LeakFree {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final IssueRef ISSUE = IssueRef.parse("local:issue");

  /** What takes its time. */
  private enum Step {
    HOOK,
    SET_UP
  }

  @TempDir Path temp;
  private TestRepository repository;
  private Fifo reached;
  private Path hold;

  @BeforeEach
  void makeRepository() throws Exception {
    repository = TestRepository.create(temp.resolve("shop"));
    reached = Fifo.create(temp.resolve("reached"));
    hold = Files.createFile(temp.resolve("hold"));
  }

  @AfterEach
  void endWhatIsLeft() {
    OsProcesses.below(temp).forEach(OsProcesses::end);
  }

  @ParameterizedTest
  @EnumSource
  void a_stop_ends_it_at_once_and_leaves_nothing(Step step) throws Exception {
    prepare(step);
    try (Kugetsu kugetsu = open()) {
      TaskHandle task = kugetsu.delegate("work", ISSUE);
      long pid = Long.parseLong(reached.read());
      assertTrue(OsProcesses.lives(pid));

      assertTrue(task.stop("enough"));

      TaskResult result = task.await(LONG);
      assertEquals(TaskStatus.INTERRUPTED, result.status());
      assertEquals(Optional.of(FailureType.STOPPED), result.outcome().failure());
      assertEquals("stopped: enough", result.outcome().error());
      assertEquals(SessionState.READY, kugetsu.session(ISSUE).orElseThrow().state());
      assertNothingIsLeft(pid);

      Files.delete(hold);
      assertEquals("done", kugetsu.delegate("again", ISSUE).await(LONG).finalAnswer());
    }
  }

  @Test
  void so_does_one_by_another_instance() throws Exception {
    prepare(Step.SET_UP);
    try (Kugetsu kugetsu = open()) {
      TaskHandle task = kugetsu.delegate("work", ISSUE);
      long pid = Long.parseLong(reached.read());
      try (Kugetsu other = open()) {
        assertTrue(other.tasks().find(task.id()).orElseThrow().stop("enough"));
      }

      assertEquals(TaskStatus.INTERRUPTED, task.await(LONG).status());
      assertNothingIsLeft(pid);
    }
  }

  @ParameterizedTest
  @EnumSource
  void at_a_closing_it_goes_back_into_the_line_without_an_attempt(Step step) throws Exception {
    prepare(step);
    Kugetsu kugetsu = open();
    TaskHandle task = kugetsu.delegate("work", ISSUE);
    long pid = Long.parseLong(reached.read());

    CloseReport left = kugetsu.closeGracefully(Duration.ZERO);

    assertEquals(List.of(task.id()), left.pending());
    assertEquals(List.of(), left.stopped());
    assertNothingIsLeft(pid);
    Files.delete(hold);
    try (Kugetsu next = open()) {
      TaskResult result = next.tasks().find(task.id()).orElseThrow().await(LONG);
      assertEquals("done", result.finalAnswer(), result::toString);
      assertEquals(1, result.info().attempts());
    }
  }

  @Test
  void at_a_closing_one_that_was_to_start_at_once_is_interrupted() throws Exception {
    prepare(Step.SET_UP);
    Kugetsu kugetsu = open();
    TaskHandle task = kugetsu.start(ISSUE, "work");
    long pid = Long.parseLong(reached.read());

    kugetsu.close();

    assertNothingIsLeft(pid);
    try (Kugetsu next = open()) {
      TaskHandle ended = next.tasks().find(task.id()).orElseThrow();
      assertEquals(TaskStatus.INTERRUPTED, ended.info().status());
      assertEquals(SessionState.READY, next.session(ISSUE).orElseThrow().state());
    }
  }

  @ParameterizedTest
  @EnumSource
  void when_its_time_is_over_it_has_timed_out_and_leaves_nothing(Step step) throws Exception {
    prepare(step);
    try (Kugetsu kugetsu = open()) {
      QueueRequest request = QueueRequest.of("work", ISSUE).timeout(Duration.ofSeconds(1));

      // nobody reads how far it came, so it waits for ever at the latest when it tells that
      TaskResult result = kugetsu.delegate(request).await(LONG);

      assertEquals(TaskStatus.TIMED_OUT, result.status(), result::toString);
      assertEquals(Optional.of(FailureType.DEADLINE), result.outcome().failure());
      assertEquals(
          Optional.of(StopReason.Origin.DEADLINE), result.info().stop().map(StopReason::origin));
      assertEquals(Optional.empty(), result.info().startedAt());
      assertEquals(SessionState.READY, kugetsu.session(ISSUE).orElseThrow().state());
      assertNothingIsLeft();

      Files.delete(hold);
      assertEquals("done", kugetsu.delegate("again", ISSUE).await(LONG).finalAnswer());
    }
  }

  @Test
  void so_has_work_of_the_host_that_makes_one() throws Exception {
    prepare(Step.HOOK);
    ManualTimers timers = new ManualTimers();
    try (BackgroundManager tasks = manager().timers(timers).open()) {
      TaskHandle task = tasks.start(making().deadline(Duration.ofHours(1)));
      long pid = Long.parseLong(reached.read());

      timers.advance(Duration.ofHours(1));

      assertEnded(TaskStatus.TIMED_OUT, FailureType.DEADLINE, task.await(LONG));
      assertNothingIsLeft(pid);
    }
  }

  @Test
  void work_of_the_host_that_its_caller_cancels_leaves_nothing() throws Exception {
    prepare(Step.HOOK);
    Cancellation signal = new Cancellation();
    try (BackgroundManager tasks = manager().open()) {
      TaskHandle task = tasks.start(making().cancelledBy(signal));
      long pid = Long.parseLong(reached.read());
      StopReason why = new StopReason(StopReason.Origin.HOST, "the caller has gone");

      assertTrue(signal.cancel(why));

      TaskResult result = task.await(LONG);
      assertEnded(TaskStatus.INTERRUPTED, FailureType.STOPPED, result);
      assertEquals(Optional.of(why), result.info().stop());
      assertNothingIsLeft(pid);
    }
  }

  private static void assertEnded(TaskStatus status, FailureType failure, TaskResult result) {
    assertEquals(status, result.status(), result::toString);
    assertEquals(Optional.of(failure), result.outcome().failure());
  }

  private BackgroundManagerBuilder manager() {
    return BackgroundManager.builder(temp.resolve("state"));
  }

  private HostSpec making() {
    WorktreeService service =
        WorktreeService.of(repository.directory(), temp.resolve("state/worktrees"));
    return TaskSpec.host(
        "make", HostWork.of(run -> service.create(WorktreeRequest.branch("fix")).toString()));
  }

  private void assertNothingIsLeft(long pid) throws Exception {
    assertFalse(OsProcesses.lives(pid), "it still runs");
    assertNothingIsLeft();
  }

  private void assertNothingIsLeft() throws Exception {
    assertEquals(List.of(), OsProcesses.below(temp.resolve("state")), "processes");
    assertEquals("main", repository.git("branch", "--format=%(refname:short)"));
    assertEquals(List.of(), in(temp.resolve("state/worktrees")), "worktrees");
    assertEquals(List.of(), in(repository.directory().resolve(".git/worktrees")), "entries");
    assertEquals(List.of(), in(repository.directory().resolve(".git/kugetsu/begun")), "begun");
  }

  /** What is in a directory, but for the library's own empty directories and their locks. */
  private static List<Path> in(Path directory) throws Exception {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    Set<String> always = Set.of("", ".making", ".making/.lock", ".trash", ".trash/.lock");
    try (Stream<Path> all = Files.walk(directory)) {
      return all.filter(it -> !always.contains(directory.relativize(it).toString())).toList();
    }
  }

  private void prepare(Step step) throws Exception {
    String script =
        "if [ -e "
            + hold
            + " ]; then echo $$ > "
            + reached.path()
            + "; cat "
            + Fifo.create(temp.resolve("never")).path()
            + "; fi";
    if (step == Step.HOOK) {
      Path hook = repository.directory().resolve(".git/hooks/post-checkout");
      Files.createDirectories(hook.getParent());
      Files.writeString(hook, "#!/bin/sh\n" + script + "\n");
      Files.setPosixFilePermissions(hook, PosixFilePermissions.fromString("rwx------"));
    } else {
      Path commands = repository.directory().resolve(SetUpFile.NAME);
      Files.writeString(commands, "SETUP_COMMAND=sh -c '" + script + "'\n");
      repository.git("add", ".");
      repository.git("commit", "--quiet", "-m", "Commands");
    }
  }

  private Kugetsu open() throws Exception {
    Kugetsu kugetsu =
        Kugetsu.builder(repository.directory())
            .directory(temp.resolve("state"))
            .environment(TestRepository.IDENTITY)
            .gates()
            .limits(Limits.of(1))
            .agent(ShellAgent.running("echo done"))
            .open();
    kugetsu.init();
    SetUpFile.of(repository.directory()).ifPresent(kugetsu::trust);
    return kugetsu;
  }
}
