package io.kugetsu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.common.InvalidRequestException;
import io.kugetsu.common.IssueRef;
import io.kugetsu.common.Limits;
import io.kugetsu.common.SpawnLimits;
import io.kugetsu.common.StorageException;
import io.kugetsu.internal.ProcessFacts;
import io.kugetsu.queue.DaemonStatus;
import io.kugetsu.queue.QueueRequest;
import io.kugetsu.support.ChildProgram;
import io.kugetsu.support.Fifo;
import io.kugetsu.support.LeakFree;
import io.kugetsu.support.OsProcesses;
import io.kugetsu.support.ShellAgent;
import io.kugetsu.support.TestRepository;
import io.kugetsu.task.TaskHandle;
import io.kugetsu.task.Until;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The dispatcher as a program in the background. */
@Timeout(240)
class DaemonTest extends LeakFree {
  private static final Duration LONG = Duration.ofSeconds(60);

  @TempDir Path temp;
  private final List<Long> seen = new ArrayList<>();

  @BeforeEach
  void makeRepository() throws Exception {
    TestRepository.create(temp.resolve("shop"));
    try (Kugetsu kugetsu = builder().open()) {
      kugetsu.init();
    }
  }

  @AfterEach
  void endDaemon() throws Exception {
    try (Kugetsu kugetsu = builder().open()) {
      kugetsu.daemon().stop();
    }
    for (long pid : seen) {
      awaitEnd(pid);
    }
    // Also of those that were only on their way, or ended by themselves: they work in there.
    Until.holds("nothing lives", () -> OsProcesses.below(temp.resolve("state")).isEmpty());
  }

  private KugetsuBuilder builder() {
    return DaemonTestMain.builder(temp);
  }

  private Path file(String name) {
    return temp.resolve("state").resolve("queue").resolve(name);
  }

  private long pid(DaemonStatus status) {
    assertTrue(status.running(), status.toString());
    seen.add(status.pid().getAsLong());
    return status.pid().getAsLong();
  }

  private static void awaitEnd(long pid) throws Exception {
    Optional<ProcessHandle> process = ProcessHandle.of(pid);
    if (process.isPresent()) {
      process.get().onExit().get(60, TimeUnit.SECONDS);
    }
  }

  private static void kill(long pid) throws Exception {
    ProcessHandle.of(pid).orElseThrow().destroyForcibly();
    awaitEnd(pid);
  }

  private static IssueRef ref(int number) {
    return IssueRef.parse("local:number-" + number);
  }

  @Test
  void it_is_started_once_and_ended_once() throws Exception {
    try (Kugetsu kugetsu = builder().open()) {
      assertEquals(DaemonStatus.STOPPED, kugetsu.daemon().status());
      assertFalse(kugetsu.daemon().stop());

      long pid = pid(kugetsu.daemon().start());

      assertEquals(pid, pid(kugetsu.daemon().start()), "the same");
      assertEquals(Optional.empty(), kugetsu.daemon().status().endsAfter());
      Until.holds("it is elected", () -> kugetsu.daemon().status().elected());
      for (String name : List.of("daemon.pid", "daemon.lock", "daemon.log", "dispatcher.json")) {
        assertEquals(
            PosixFilePermissions.fromString("rw-------"),
            Files.getPosixFilePermissions(file(name)),
            name);
      }
      assertEquals(Long.toString(pid), Files.readAllLines(file("daemon.pid")).get(0));
      TaskHandle task = kugetsu.delegate("by it", ref(1));
      assertEquals("did by it", task.await(LONG).finalAnswer());
      DaemonStatus serving = kugetsu.daemon().status();
      assertTrue(serving.elected());
      assertTrue(serving.kinds().containsAll(Set.of("agent.shell", "agent.opencode", "command")));

      assertTrue(kugetsu.daemon().stop());
      assertFalse(kugetsu.daemon().stop());
      assertEquals(DaemonStatus.STOPPED, kugetsu.daemon().status());
      awaitEnd(pid);
      assertFalse(Files.exists(file("daemon.pid")));
      assertFalse(Files.exists(file("daemon.launched")));
      assertFalse(Files.exists(file("dispatcher.json")));
      long next = pid(kugetsu.daemon().restart());
      assertTrue(next != pid && next == pid(kugetsu.daemon().start()));
    }
  }

  @Test
  void a_message_starts_it_and_it_ends_when_there_is_nothing_left_to_do() throws Exception {
    // as good as never
    Files.writeString(
        temp.resolve("state").resolve("config"),
        "QUEUE_DAEMON_INTERVAL_MINUTES=" + Integer.MAX_VALUE + "\n",
        StandardOpenOption.APPEND);
    try (Kugetsu kugetsu = builder().startDaemon(true).daemonIdle(Duration.ofMillis(300)).open()) {
      TaskHandle task = kugetsu.delegate("first", ref(1));
      TaskHandle second = kugetsu.delegate("second", ref(2));

      assertEquals("did first", task.await(LONG).finalAnswer());
      assertEquals("did second", second.await(LONG).finalAnswer());
      Until.holds("it ends", () -> !Files.exists(file("daemon.pid")));
      assertEquals(DaemonStatus.STOPPED, kugetsu.daemon().status());
      assertEquals(List.of("first", "second"), Files.readAllLines(temp.resolve("witness")));
      String all = String.join("\n", kugetsu.daemon().logs(1_000));
      assertTrue(all.contains("ends, there is nothing to do"), all);
    }
  }

  @Test
  void one_that_is_on_its_way_for_a_message_is_ended_or_replaced_by_one_for_good()
      throws Exception {
    try (Kugetsu kugetsu = builder().startDaemon(true).open()) {
      TaskHandle task = kugetsu.delegate("first", ref(1));
      assertTrue(kugetsu.daemon().stop(), "it was launched");
      assertEquals(DaemonStatus.STOPPED, kugetsu.daemon().status());
      assertEquals(List.of(), OsProcesses.below(temp.resolve("state")));
      TaskHandle second = kugetsu.delegate("second", ref(2));

      DaemonStatus status = kugetsu.daemon().start();

      pid(status);
      assertEquals(Optional.empty(), status.endsAfter(), "for good");
      assertEquals("did first", task.await(LONG).finalAnswer());
      assertEquals("did second", second.await(LONG).finalAnswer());
    }
  }

  /** Its builder does not count the variables by which it is told what to do. */
  @Test
  void a_program_that_ignores_its_environment_is_told_all_the_same() throws Exception {
    KugetsuBuilder builder =
        builder()
            .hostEnvironment(false)
            .daemonCommand(DaemonTestMain.command(temp, "serve-alone"))
            .daemonIdle(Duration.ofMillis(300))
            .startDaemon(true);
    try (Kugetsu kugetsu = builder.open()) {
      assertEquals("did it", kugetsu.delegate("it", ref(1)).await(LONG).finalAnswer());
      Until.holds("it ends", () -> !Files.exists(file("daemon.pid")));
    }
  }

  @Test
  void a_script_that_it_was_launched_by_does_not_look_like_one_on_its_way() throws Exception {
    Path script = temp.resolve("launch.sh");
    String words =
        DaemonTestMain.command(temp, "serve").stream()
            .map(word -> "'" + word + "'")
            .collect(Collectors.joining(" "));
    Files.writeString(script, words + "\nexit 0\n");
    List<String> command = List.of("/bin/sh", script.toString());
    try (Kugetsu kugetsu = builder().daemonCommand(command).open()) {
      long pid = pid(kugetsu.daemon().start());
      assertEquals(Long.toString(pid), Files.readAllLines(file("daemon.pid")).get(0));
      Until.holds("it is up", () -> !Files.exists(file("daemon.launched")));
      assertTrue(kugetsu.daemon().stop());
    }
  }

  @Test
  void a_message_that_is_handed_over_again_starts_it_too() throws Exception {
    QueueRequest request = QueueRequest.of("once", ref(1)).idempotencyKey("once");
    try (Kugetsu kugetsu = builder().open()) {
      kugetsu.delegate(request);
    }
    try (Kugetsu kugetsu = builder().startDaemon(true).open()) {
      assertEquals("did once", kugetsu.delegate(request).await(LONG).finalAnswer());
    }
  }

  /** Whatever it does at the moment when the next message comes. */
  @Test
  void no_message_is_left_by_one_that_is_about_to_end() throws Exception {
    try (Kugetsu kugetsu = builder().startDaemon(true).daemonIdle(Duration.ofMillis(1)).open()) {
      for (int i = 0; i < 8; i++) {
        TaskHandle task = kugetsu.delegate("number " + i, ref(i));
        assertEquals("did number " + i, task.await(LONG).finalAnswer());
        LockSupport.parkNanos(Duration.ofMillis(i * 15).toNanos());
      }
    }
  }

  @Test
  void a_killed_one_is_no_longer_there_and_what_it_ran_is_taken_over() throws Exception {
    Fifo go = Fifo.create(temp.resolve("go"));
    try (Kugetsu kugetsu = builder().open()) {
      long pid = pid(kugetsu.daemon().start());
      TaskHandle running = kugetsu.delegate("wait for it", ref(1));
      running.started().toCompletableFuture().get(60, TimeUnit.SECONDS);
      TaskHandle waiting = kugetsu.delegate("next", ref(2));

      kill(pid);

      assertEquals(DaemonStatus.STOPPED, kugetsu.daemon().status());
      assertTrue(Files.exists(file("daemon.pid")), "it is stale now");
      long next = pid(kugetsu.daemon().start());
      assertTrue(next != pid);
      go.write("on");
      assertEquals("did wait for it", running.await(LONG).finalAnswer());
      assertEquals("did next", waiting.await(LONG).finalAnswer());
    }
  }

  @Test
  void the_number_of_a_dead_one_that_somebody_else_has_now_is_not_taken_for_it() throws Exception {
    long pid;
    try (Kugetsu kugetsu = builder().open()) {
      pid = pid(kugetsu.daemon().start());
      kill(pid);
      String mark = Files.readString(file("daemon.pid"), StandardCharsets.UTF_8);
      Files.writeString(
          file("daemon.pid"), mark.replaceFirst("^" + pid, "" + ProcessFacts.ownPid()));

      assertEquals(DaemonStatus.STOPPED, kugetsu.daemon().status());
      assertFalse(kugetsu.daemon().stop(), "this program would have been ended");
      pid(kugetsu.daemon().start());
      Files.writeString(file("daemon.pid"), "garbage");
      assertEquals(DaemonStatus.STOPPED, kugetsu.daemon().status());
      Files.writeString(file("daemon.pid"), mark);
    }
    try (Kugetsu kugetsu = builder().open()) {
      kill(seen.get(1)); // its file tells nothing any more
      pid(kugetsu.daemon().start());
    }
  }

  @Test
  void neither_its_log_nor_its_command_line_tells_a_secret() throws Exception {
    try (Kugetsu kugetsu = builder().open()) {
      long pid = pid(kugetsu.daemon().start());
      String words = Files.readString(Path.of("/proc/" + pid + "/cmdline"));
      assertFalse(words.contains(DaemonTestMain.SECRET), words);
      Files.writeString(
          file("daemon.log"), "as a JVM that cannot start: " + DaemonTestMain.SECRET + "\n");
      String log = String.join("\n", kugetsu.daemon().logs(100));
      assertFalse(log.contains(DaemonTestMain.SECRET), log);
      assertTrue(log.contains("***"), log);
      assertThrows(InvalidRequestException.class, () -> kugetsu.daemon().logs(0));
    }
  }

  @Test
  void it_is_told_the_limits_of_who_starts_it() {
    try (Kugetsu kugetsu =
        builder()
            .limits(Limits.of(2).perKey("provider:*", 1))
            .spawnLimits(new SpawnLimits(3, 7, 200))
            .daemonCommand(List.of("/usr/bin/env"))
            .open()) {
      assertThrows(StorageException.class, () -> kugetsu.daemon().start());
      List<String> told = kugetsu.daemon().logs(1_000);
      assertTrue(told.contains("KUGETSU_DAEMON_FAMILY=7"), told::toString);
      assertTrue(told.stream().anyMatch(line -> line.endsWith("provider:*=1")), told::toString);
      assertTrue(told.stream().anyMatch(line -> line.endsWith("agents=2")), told::toString);
    }
  }

  @Test
  void it_outlives_the_program_and_the_terminal_that_started_it() throws Exception {
    Assumptions.assumeTrue(Files.exists(Path.of("/usr/bin/script")), "there is no terminal");
    try (ChildProgram terminal =
        ChildProgram.inTerminal(DaemonTestMain.class, "start", temp.toString())) {
      long pid = Long.parseLong(terminal.await("pid"));
      seen.add(pid);

      terminal.kill();

      try (Kugetsu kugetsu = builder().open()) {
        assertEquals("did go on", kugetsu.delegate("go on", ref(1)).await(LONG).finalAnswer());
        assertEquals(pid, kugetsu.daemon().status().pid().getAsLong());
      }
    }
  }

  @Test
  void one_that_cannot_come_up_says_why() {
    try (Kugetsu kugetsu =
        builder()
            .daemonCommand(List.of("/bin/sh", "-c", "echo no class path here; exit 1"))
            .open()) {
      StorageException failure =
          assertThrows(StorageException.class, () -> kugetsu.daemon().start());
      assertTrue(failure.getMessage().contains("no class path here"), failure.getMessage());
    }
  }

  @Test
  void the_librarys_own_program_serves_opencode_and_is_refused_for_agents_it_cannot_know()
      throws Exception {
    KugetsuBuilder plain =
        Kugetsu.builder(temp.resolve("shop"))
            .directory(temp.resolve("state"))
            .environment(TestRepository.IDENTITY)
            .gates()
            .dispatch(false);
    try (Kugetsu kugetsu = plain.open()) {
      pid(kugetsu.daemon().start());
      Until.holds("it is elected", () -> kugetsu.daemon().status().elected());
      assertTrue(kugetsu.daemon().status().kinds().contains("agent.opencode"));
    }
    KugetsuBuilder unknown = plain.agent(ShellAgent.committing()).startDaemon(true);
    assertThrows(InvalidRequestException.class, unknown::open);
  }
}
