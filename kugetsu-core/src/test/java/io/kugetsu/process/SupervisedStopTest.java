package io.kugetsu.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.internal.ProcessFacts;
import io.kugetsu.process.ProcessTrees.Member;
import io.kugetsu.support.Leaderless;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How supervised runs are ended; the numbers are those of the invariants of the design. */
class SupervisedStopTest {
  private static final Duration SHORT = Duration.ofMillis(60);
  private static final int ROUNDS = 5;

  @RegisterExtension final SupervisedRuns runs = new SupervisedRuns();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "P1: sleep 300 & sleep 300 & echo up; wait",
        "P1b: (sleep 300 &); echo up; sleep 300",
        "P2: echo up; while :; do sleep 300 & sleep .002; done",
        "P2b: echo up; while :; do (sleep 300 &) ; done",
        "P3: (setsid sleep 300 &); echo up; sleep 300",
        "P3b: setsid sh -c '(setsid sleep 300 &) ; exec sleep 300' & echo up; wait",
        "P4: trap '' TERM; echo up; while :; do sleep 300; done",
        "P5: perl -e '$|=1; setpgrp(0,0); print qq(up\\n); sleep 300' & wait",
        "P6: trap 'setsid sleep 300 & (sleep 300 &) ; exit' TERM; echo up; sleep 300 & wait",
        "P8: trap '' TERM; echo up; while :; do (setsid sleep 300 &) ; done"
      })
  void case_6_a_stop_ends_the_whole_tree_and_the_exit_is_known(String shape) throws Exception {
    String script = shape.substring(shape.indexOf(':') + 2);
    for (int round = 0; round < ROUNDS; round++) {
      SupervisedProcess run = runs.start(runs.sh(script).foreground(round % 2 == 0));
      runs.lines.awaitLine("up");

      run.stop(SHORT);

      ProcessExit exit = SupervisedRuns.await(run);
      assertEquals(Set.of(), runs.survivors(), shape);
      assertTrue(exit.stopped());
      assertEquals(RunState.STOPPED, exit.state());
      assertTrue(SupervisedRuns.status(run).contains("\nexit "), SupervisedRuns.status(run));
    }
  }

  @Test
  void case_6_one_without_an_environment_is_known_by_the_log_it_holds() throws Exception {
    String script =
        "(env -i setsid perl -e '$SIG{TERM}=\"IGNORE\"; print qq(up\\n); $|=1; print qq(out\\n);"
            + " sleep 300' $1 &) ; sleep 300";
    for (int round = 0; round < ROUNDS; round++) {
      SupervisedProcess run = runs.start(runs.sh(script, runs.token));
      runs.lines.awaitLine("out");

      run.stop(SHORT);

      SupervisedRuns.await(run);
      assertEquals(Set.of(), runs.survivors());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"garbage", ""})
  void a_stop_needs_nothing_of_what_the_supervisor_wrote(String left) throws Exception {
    SupervisedProcess run = runs.start(runs.sh("setsid sleep 300 & echo up; sleep 300"));
    runs.lines.awaitLine("up");
    damage(run, left);

    run.stop(SupervisedRuns.NEVER_OVER);

    ProcessExit exit = SupervisedRuns.await(run);
    assertEquals(Set.of(), runs.survivors());
    assertTrue(exit.stopped());
    assertEquals(Optional.of("SIGTERM"), exit.signal());
  }

  @ParameterizedTest
  @ValueSource(strings = {"garbage", ""})
  void nor_does_the_end_of_what_a_command_left(String left) throws Exception {
    SupervisedProcess run =
        runs.start(runs.sh("setsid sleep 300 & echo up; mkfifo gate; read x <gate; exit 3"));
    runs.lines.awaitLine("up");
    SupervisedRuns.await("it waits", () -> Files.exists(runs.place("gate")));
    damage(run, left);

    Files.writeString(runs.place("gate"), "go\n");

    assertEquals(3, SupervisedRuns.await(run).code().orElseThrow());
    assertEquals(Set.of(), runs.survivors());
  }

  /** As in a program that has no more descriptors for a moment. */
  @Test
  void what_cannot_be_read_for_a_moment_is_not_given_up() throws Exception {
    SupervisedProcess run = runs.start(runs.sh("echo up; sleep 300"));
    runs.lines.awaitLine("up");
    Path status = run.runDirectory().resolve("status");
    Path aside = run.runDirectory().resolve("aside");
    RunDirectory directory = RunDirectory.of(run.runDirectory());
    FutureTask<RunDirectory.Look> look =
        new FutureTask<>(new PatientLook(directory, new ProcessTable())::look);
    Thread looker = new Thread(look);
    Files.move(status, aside);
    Files.createDirectory(status);

    looker.start();
    SupervisedRuns.await(
        "it waits", () -> LockSupport.getBlocker(looker) instanceof PatientLook || look.isDone());
    Files.delete(status);
    Files.move(aside, status);

    assertEquals(RunState.RUNNING, look.get(60, TimeUnit.SECONDS).state());
    looker.join();
    run.stop(SHORT);
    assertEquals(RunState.STOPPED, SupervisedRuns.await(run).state());
  }

  private static void damage(SupervisedProcess run, String left) throws Exception {
    Path status = run.runDirectory().resolve("status");
    if (left.isEmpty()) {
      Files.delete(status);
    } else {
      Files.writeString(status, left + "\n", StandardOpenOption.APPEND);
    }
  }

  @Test
  void what_goes_on_without_its_first_thread_is_ended() throws Exception {
    String[] program = Leaderless.words(false).toArray(String[]::new);
    SupervisedProcess run = runs.start(runs.sh("setsid \"$@\" & wait", program));
    long pid = Long.parseLong(runs.lines.next().substring("up ".length()));

    run.stop(SHORT);

    SupervisedRuns.await(run);
    Leaderless.awaitGone(pid);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "setsid sleep 300 & exit 3",
        "(setsid sleep 300 >/dev/null 2>&1 </dev/null &); exit 3",
        "(setsid sh -c 'trap \"\" TERM; (sleep 300 &); while :; do sleep 300; done' &); exit 3",
        "(sleep 300 &) ; exit 3",
        "env -i setsid sleep 300 & echo; exit 3",
        "(trap '' TERM PIPE; setsid yes >/dev/null &) ; exit 3"
      })
  void what_outlives_the_command_is_ended_before_the_exit_is_told(String script) throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      SupervisedProcess run = runs.start(runs.sh(script));
      ProcessExit exit = SupervisedRuns.await(run);
      assertEquals(Set.of(), runs.survivors(), script);
      assertEquals(3, exit.code().orElseThrow());
      assertEquals(RunState.EXITED, exit.state());
      assertFalse(exit.stopped());
    }
  }

  @Test
  void what_escaped_is_counted() throws Exception {
    ProcessExit exit = runs.run(runs.sh("setsid sleep 300 & setsid sleep 300 & sleep .2; exit 0"));

    assertEquals(2, exit.leftovers());
    assertEquals(0, runs.run(runs.sh("sleep 0 & wait; exit 0")).leftovers());
  }

  @Test
  void what_a_run_left_that_was_followed_by_another_is_ended_too() throws Exception {
    SupervisedProcess run = runs.start(runs.sh("echo up; sleep .3; setsid sleep 300 & exit 2"));
    try (SupervisedRunner other = new SupervisedRunner()) {
      SupervisedProcess attached = other.attach(run.runDirectory(), Following.exitOnly());
      assertEquals(2, SupervisedRuns.await(attached).code().orElseThrow());
      assertEquals(Set.of(), runs.survivors());
    }
    SupervisedRuns.await(run);
  }

  @Test
  void a_stop_lets_it_clean_up_within_the_grace() throws Exception {
    // The clean-up's own child must not be asked to end while its parent waits for it.
    SupervisedProcess run =
        runs.start(
            runs.sh("trap 'sleep 0.3 && echo cleaned; exit 5' TERM; echo up; sleep 300 & wait"));
    runs.lines.awaitLine("up");

    run.stop(SupervisedRuns.NEVER_OVER);

    ProcessExit exit = SupervisedRuns.await(run);
    assertEquals(5, exit.code().orElseThrow());
    assertEquals(RunState.STOPPED, exit.state());
    assertEquals(List.of("cleaned"), runs.lines.all());
  }

  @Test
  void a_later_stop_with_less_grace_hastens_an_earlier_one() throws Exception {
    SupervisedProcess run =
        runs.start(runs.sh("trap 'echo asked' TERM; echo up; while :; do sleep 300 & wait; done"));
    runs.lines.awaitLine("up");

    run.stop(SupervisedRuns.NEVER_OVER);
    runs.lines.awaitLine("asked");
    run.stop(SHORT);
    run.stop(SupervisedRuns.NEVER_OVER);

    assertEquals(137, SupervisedRuns.await(run).code().orElseThrow());
  }

  @RepeatedTest(20)
  void case_7_a_stop_right_after_the_start_leaves_nothing() throws Exception {
    SupervisedProcess run = runs.start(runs.sh("trap '' TERM; while :; do sleep 300; done"));

    run.stop(SHORT);

    ProcessExit exit = SupervisedRuns.await(run);
    assertTrue(exit.stopped() || exit.state() == RunState.NEVER_STARTED, exit.toString());
    assertEquals(Set.of(), runs.survivors());
  }

  @Test
  void case_8_a_number_whose_start_differs_is_never_signalled() throws Exception {
    Process bystander = new ProcessBuilder("setsid", "sleep", "300").start();
    try {
      long pid = bystander.pid();
      SupervisedRuns.await("a session", () -> session(pid) == pid);
      long ticks = ProcessFacts.startTicks(pid).orElseThrow();
      SupervisedProcess run = runs.start(runs.sh("exit 0"));
      SupervisedRuns.await(run);
      // As if the supervisor had died and its number had been given away.
      Files.writeString(
          run.runDirectory().resolve("status"),
          "start " + pid + " " + (ticks - 1) + " " + pid + "\n");

      RunDirectory directory = RunDirectory.of(run.runDirectory());
      assertEquals(RunState.LOST, directory.state());
      assertEquals(0, directory.sweep(Duration.ZERO).ended());
      SupervisedProcess attached = runs.runner.attach(run.runDirectory(), Following.exitOnly());
      attached.stop(Duration.ZERO);
      SupervisedRuns.await(attached);

      assertTrue(bystander.isAlive());
    } finally {
      bystander.destroyForcibly().waitFor();
    }
  }

  @Test
  void case_8_also_when_the_kernel_really_gives_the_number_to_somebody_else() throws Exception {
    Path last = Path.of("/proc/sys/kernel/ns_last_pid");
    Assumptions.assumeTrue(Files.isWritable(last), "needs the right to choose process numbers");
    // longer than a clock tick: what began in the same one is the same by all that can be known
    SupervisedProcess run = runs.start(runs.sh("sleep 0.1"));
    SupervisedRuns.await(run);
    long pid = run.pid();
    Process bystander = null;
    for (int i = 0; i < 50 && (bystander == null || bystander.pid() != pid); i++) {
      if (bystander != null) {
        bystander.destroyForcibly().waitFor();
      }
      Files.writeString(last, Long.toString(pid - 2));
      bystander = new ProcessBuilder("setsid", "sleep", "300").start();
    }
    try {
      Assumptions.assumeTrue(bystander.pid() == pid, "somebody else was faster each time");
      Files.writeString(
          run.runDirectory().resolve("status"),
          SupervisedRuns.status(run).replaceAll("exit.*\n", ""),
          StandardOpenOption.TRUNCATE_EXISTING);

      assertEquals(RunState.LOST, RunDirectory.of(run.runDirectory()).state());
      assertEquals(0, RunDirectory.of(run.runDirectory()).sweep(Duration.ZERO).ended());

      assertTrue(bystander.isAlive());
    } finally {
      bystander.destroyForcibly().waitFor();
    }
  }

  @Test
  void case_9_a_stop_after_the_exit_changes_nothing() throws Exception {
    SupervisedProcess run = runs.start(runs.sh("exit 3"));
    ProcessExit exit = SupervisedRuns.await(run);
    String status = SupervisedRuns.status(run);

    run.stop(Duration.ZERO);
    SupervisedProcess attached = runs.runner.attach(run.runDirectory(), Following.exitOnly());
    attached.stop(Duration.ZERO);

    assertSame(exit, SupervisedRuns.await(run));
    assertEquals(RunState.EXITED, SupervisedRuns.await(attached).state());
    assertEquals(status, SupervisedRuns.status(run));
    Files.writeString(
        run.runDirectory().resolve("status"), "stop requested\n", StandardOpenOption.APPEND);
    assertEquals(RunState.EXITED, RunDirectory.of(run.runDirectory()).state());
  }

  @RepeatedTest(10)
  void case_9_stops_and_an_exit_that_race_come_to_one_end() throws Exception {
    SupervisedProcess run = runs.start(runs.sh("(setsid sleep 300 &); exit 3"));
    CountDownLatch go = new CountDownLatch(1);
    List<Thread> stoppers =
        List.of(stopper(run, go, Duration.ofSeconds(5)), stopper(run, go, Duration.ZERO));

    go.countDown();
    for (Thread stopper : stoppers) {
      stopper.join();
    }

    ProcessExit exit = SupervisedRuns.await(run);
    List<String> lines = Files.readAllLines(run.runDirectory().resolve("status"));
    long exits = lines.stream().filter(line -> line.startsWith("exit ")).count();
    assertEquals(exit.state() == RunState.NEVER_STARTED ? 0 : 1, exits, lines.toString());
    if (exit.state() == RunState.EXITED) {
      assertEquals(3, exit.code().orElseThrow());
    }
    assertEquals(Set.of(), runs.survivors());
  }

  @Test
  void case_22_a_group_is_signalled_by_the_shells_own_kill() throws Exception {
    // A program that is named kill in the path must not be what is run.
    SupervisedProcess run = runs.start(runs.sh("trap 'exit 9' TERM; echo up; sleep 300 & wait"));
    runs.lines.awaitLine("up");

    Signals.terminateGroup(run.pid());

    ProcessExit exit = SupervisedRuns.await(run);
    assertEquals(9, exit.code().orElseThrow());
    assertEquals(RunState.EXITED, exit.state());
    for (long group : new long[] {-1, 0, 1}) {
      assertThrows(IllegalArgumentException.class, () -> Signals.terminateGroup(group));
    }
  }

  @Test
  void a_run_of_its_own_below_it_is_left_alone() throws Exception {
    String other = runs.token + ".other";
    SupervisedProcess run =
        runs.start(
            runs.sh(
                "KUGETSU_RUN=$1 setsid sleep 300 >/dev/null 2>&1 </dev/null & echo up; wait",
                other));
    runs.lines.awaitLine("up");
    SupervisedRuns.await("it has its marker", () -> ProcessTrees.find(other).size() == 1);

    run.stop(SupervisedRuns.NEVER_OVER);
    SupervisedRuns.await(run);

    List<Member> left = ProcessTrees.find(other);
    assertEquals(1, left.size());
    ProcessTrees.end(other, Duration.ZERO);
  }

  @Test
  void a_supervisor_that_does_not_end_by_itself_is_killed() throws Exception {
    Path hanging = runs.place("hanging");
    // Its words are: -c TEXT sup RUNDIR MODE PERMIT WAKE command...
    Files.writeString(
        hanging,
        """
        #!/bin/sh
        trap '' TERM
        read -r pid name state parent group session a b c d e f g h i j k l m n o ticks rest \\
          </proc/$$/stat
        echo "start $$ $ticks $$" >>"$4/status"
        mv "$6.claim" "$6.run"
        mkfifo "$4/fifo"
        echo up >>"$4/output.log"
        read -r never <"$4/fifo"
        """);
    assertTrue(hanging.toFile().setExecutable(true));
    try (SupervisedRunner runner =
        new SupervisedRunner(
            Clock.systemUTC(), null, new Supervisor(hanging.toString(), List.of("setsid")))) {
      SupervisedProcess run = runner.start(runs.sh("exit").build());
      runs.lines.awaitLine("up");

      run.stop(SHORT);

      ProcessExit exit = SupervisedRuns.await(run);
      assertEquals(RunState.STOPPED, exit.state());
      assertTrue(exit.code().isEmpty());
      assertEquals(Set.of(), runs.survivors());
    }
  }

  @Test
  void nice_and_a_wrapper_stand_before_the_command() throws Exception {
    // on top of what the tests themselves run with
    long own = Long.parseLong(stat(ProcessHandle.current().pid())[16]);
    String expected = Long.toString(Math.min(19, own + 7));
    runs.run(runs.sh("nice; echo $BOXED", "x").nice(7).wrapper(List.of("env", "BOXED=yes")));

    assertEquals(List.of(expected, "yes"), runs.lines.all());
    try (PipeRunner pipes = new PipeRunner()) {
      Runs.await(
          pipes.start(
              runs.sh("nice; echo $BOXED", "x")
                  .nice(7)
                  .wrapper(List.of("env", "BOXED=yes"))
                  .build()));
    }
    assertEquals(List.of(expected, "yes"), runs.lines.all());
  }

  /** What the system tells of a process, from its state on. */
  private static String[] stat(long pid) throws IOException {
    String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
    return stat.substring(stat.lastIndexOf(')') + 2).split(" ");
  }

  private static long session(long pid) {
    try {
      return Long.parseLong(stat(pid)[3]);
    } catch (IOException e) {
      return -1;
    }
  }

  private static Thread stopper(RunningProcess process, CountDownLatch go, Duration grace) {
    Thread thread =
        new Thread(
            () -> {
              try {
                go.await();
                process.stop(grace);
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });
    thread.start();
    return thread;
  }

  @Test
  void who_writes_to_what_a_link_in_the_logs_place_leads_to_is_left_alone() throws Exception {
    SupervisedProcess run = runs.start(runs.sh("echo up; sleep 300"));
    runs.lines.awaitLine("up");
    Path other = Files.createFile(runs.place("other"));
    Path log = run.runDirectory().resolve("output.log");
    Files.delete(log);
    Files.createSymbolicLink(log, other);
    Process bystander =
        new ProcessBuilder("sleep", "300")
            .redirectOutput(ProcessBuilder.Redirect.appendTo(other.toFile()))
            .start();
    try {
      run.stop(Duration.ZERO);
      SupervisedRuns.await(run);
      assertTrue(bystander.isAlive());
    } finally {
      bystander.destroyForcibly().waitFor();
    }
  }

  @Test
  void who_reads_the_log_is_left_alone() throws Exception {
    SupervisedProcess run = runs.start(runs.sh("echo up; sleep 300"));
    runs.lines.awaitLine("up");
    Path log = run.runDirectory().resolve("output.log");
    List<Process> readers = new ArrayList<>();
    try {
      readers.add(
          new ProcessBuilder("tail", "-f", log.toString())
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start());
      readers.add(
          new ProcessBuilder("tail", "-f")
              .redirectInput(log.toFile())
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start());
      run.stop(Duration.ZERO);
      SupervisedRuns.await(run);
      assertTrue(readers.stream().allMatch(Process::isAlive));
    } finally {
      for (Process reader : readers) {
        reader.destroyForcibly().waitFor();
      }
    }
  }

  @Test
  void a_group_that_stopped_itself_is_ended_and_its_exit_is_known() throws Exception {
    SupervisedProcess run = runs.start(runs.quiet("/bin/sh", "-c", "kill -STOP 0; sleep 300"));
    Path stat = Path.of("/proc/" + run.pid() + "/stat");
    SupervisedRuns.await(
        "a stopped supervisor",
        () -> {
          try {
            return Files.readString(stat).contains(") T ");
          } catch (IOException e) {
            return false;
          }
        });

    run.stop(SHORT);

    assertEquals(137, SupervisedRuns.await(run).code().orElseThrow());
  }
}
