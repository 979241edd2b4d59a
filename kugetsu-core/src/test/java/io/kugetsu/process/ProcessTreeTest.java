package io.kugetsu.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.internal.ProcessFacts;
import io.kugetsu.process.ProcessTrees.Ended;
import io.kugetsu.support.Leaderless;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProcessTreeTest {
  /** So long that a test which waits for it fails. */
  private static final Duration NEVER_OVER = Duration.ofMinutes(10);

  private static final Duration SHORT = Duration.ofMillis(100);

  @RegisterExtension final Runs runs = new Runs();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "echo up; exec sleep 300",
        "sleep 300 & sleep 300 & echo up; wait",
        "(sleep 300 &); echo up; sleep 300",
        "(setsid sleep 300 &); echo up; sleep 300",
        "setsid sh -c '(setsid sleep 300 &) ; echo up; sleep 300'",
        "perl -e '$|=1; setpgrp(0,0); print qq(up\\n); sleep 300' & wait",
        "for i in $(seq 3000); do sleep 300 & echo up; sleep 0.01; done"
      })
  void a_stop_ends_whatever_it_started(String script) throws Exception {
    RunningProcess process = runs.runner.start(runs.sh(script).build());
    runs.lines.awaitLine("up");

    process.stop(NEVER_OVER);

    ProcessExit exit = Runs.await(process);
    assertEquals(List.of(), runs.survivors());
    assertTrue(exit.stopped());
    assertEquals(Optional.of("SIGTERM"), exit.signal());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "trap '' TERM; echo up; while :; do sleep 300; done",
        "trap '' TERM; setsid sleep 300 & echo up; while :; do sleep 300; done",
        "trap 'sleep 300' TERM; echo up; while :; do sleep 300; done",
        "trap 'setsid sleep 300 & setsid sleep 300 & exit' TERM; echo up; sleep 300 & wait"
      })
  void what_does_not_heed_a_stop_is_killed_after_the_grace(String script) throws Exception {
    RunningProcess process = runs.runner.start(runs.sh(script).build());
    runs.lines.awaitLine("up");

    process.stop(SHORT);

    Runs.await(process);
    assertEquals(List.of(), runs.survivors());
  }

  @RepeatedTest(3)
  void a_storm_of_forks_is_ended() throws Exception {
    RunningProcess process =
        runs.runner.start(
            runs.sh("trap '' TERM; echo up; for i in $(seq 3000); do (setsid sleep 300 &) ; done")
                .build());
    runs.lines.awaitLine("up");

    process.stop(SHORT);

    Runs.await(process);
    assertEquals(List.of(), runs.survivors());
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void what_goes_on_without_its_first_thread_is_ended(boolean heeds) throws Exception {
    String[] program = Leaderless.words(heeds).toArray(String[]::new);
    RunningProcess process = runs.runner.start(runs.sh("\"$@\" & wait", program).build());
    long pid = Long.parseLong(runs.lines.next().substring("up ".length()));

    process.stop(heeds ? NEVER_OVER : SHORT);

    Runs.await(process);
    Leaderless.awaitGone(pid);
  }

  @Test
  void a_stop_lets_it_clean_up_within_the_grace() throws Exception {
    // The clean-up's own child must not be asked to end while its parent waits for it.
    RunningProcess process =
        runs.runner.start(
            runs.sh("trap 'sleep 0.3 && echo cleaned; exit 5' TERM; echo up; sleep 300 & wait")
                .build());
    runs.lines.awaitLine("up");

    process.stop(NEVER_OVER);

    ProcessExit exit = Runs.await(process);
    assertEquals(5, exit.code().orElseThrow());
    assertTrue(exit.stopped());
    assertEquals(List.of("cleaned"), runs.lines.all());
  }

  @Test
  void without_grace_it_is_killed_at_once() throws Exception {
    RunningProcess process =
        runs.runner.start(
            runs.sh("trap 'echo asked; exit' TERM; echo up; sleep 300 & wait").build());
    runs.lines.awaitLine("up");

    process.stop(Duration.ofSeconds(-1));

    assertEquals(Optional.of("SIGKILL"), Runs.await(process).signal());
    assertEquals(List.of(), runs.lines.all());
  }

  @Test
  void a_later_stop_with_less_grace_hastens_an_earlier_one() throws Exception {
    RunningProcess process =
        runs.runner.start(
            runs.sh("trap 'echo asked' TERM; echo up; while :; do sleep 300 & wait; done").build());
    runs.lines.awaitLine("up");

    process.stop(NEVER_OVER);
    runs.lines.awaitLine("asked");
    process.stop(SHORT);
    process.stop(NEVER_OVER);

    assertEquals(Optional.of("SIGKILL"), Runs.await(process).signal());
  }

  @RepeatedTest(20)
  void two_stops_and_an_exit_that_race_come_to_one_end() throws Exception {
    RunningProcess process = runs.runner.start(runs.sh("(sleep 300 &); exit 3").build());
    CountDownLatch go = new CountDownLatch(1);
    List<Thread> stoppers =
        List.of(stopper(process, go, Duration.ofSeconds(5)), stopper(process, go, Duration.ZERO));

    go.countDown();
    for (Thread stopper : stoppers) {
      stopper.join();
    }

    ProcessExit exit = Runs.await(process);
    assertTrue(exit.stopped() || exit.code().orElseThrow() == 3, exit.toString());
    assertEquals(List.of(), runs.survivors());
  }

  @Test
  void a_stop_after_the_exit_changes_nothing() throws Exception {
    RunningProcess process = runs.runner.start(runs.sh("exit 3").build());
    ProcessExit exit = Runs.await(process);

    process.stop(Duration.ZERO);

    assertSame(exit, Runs.await(process));
    assertFalse(exit.stopped());
  }

  @Test
  void a_grandchild_that_holds_the_pipe_neither_hides_the_exit_nor_survives_it() throws Exception {
    // who waited for the end of the pipe would wait for longer than this test does
    RunningProcess process =
        runs.runner.start(runs.sh("echo out; (setsid sleep 300 &); exit 3").build());

    ProcessExit exit = Runs.await(process);

    assertEquals(3, exit.code().orElseThrow());
    assertEquals(1, exit.leftovers());
    assertTrue(exit.outputComplete());
    assertEquals(List.of("out"), runs.lines.all());
  }

  @Test
  void a_grandchild_that_holds_nothing_does_not_survive_either() throws Exception {
    ProcessExit exit = runs.run(runs.sh("setsid sleep 300 >/dev/null 2>&1 </dev/null & exit 0"));

    assertEquals(1, exit.leftovers());
    assertEquals(List.of(), runs.survivors());
  }

  @Test
  void a_grandchild_that_floods_the_pipe_is_ended_like_any_other() throws Exception {
    ProcessExit exit =
        runs.run(runs.sh("(trap '' TERM PIPE; setsid yes &) ; exit 3").outputCeiling(0));

    assertEquals(3, exit.code().orElseThrow());
    assertEquals(List.of(), runs.survivors());
  }

  @Test
  void one_that_wiped_its_environment_is_known_by_the_pipe_it_holds() throws Exception {
    ProcessExit exit = runs.run(runs.sh("env -i setsid sleep 300 & echo $!; sleep 0.2; exit 3"));

    long escaped = Long.parseLong(runs.lines.next());
    assertEquals(3, exit.code().orElseThrow());
    assertFalse(Runs.lives(escaped));
  }

  @Test
  void one_that_wiped_its_environment_is_ended_while_it_is_a_descendant() throws Exception {
    RunningProcess process =
        runs.runner.start(
            runs.sh("env -i setsid sleep 300 >/dev/null 2>&1 & echo $!; wait").build());
    long wiped = Long.parseLong(runs.lines.next());

    process.stop(NEVER_OVER);

    Runs.await(process);
    assertFalse(Runs.lives(wiped));
  }

  @Test
  void one_that_was_seen_once_is_not_forgotten_when_its_parent_goes() throws Exception {
    RunningProcess process =
        runs.runner.start(
            runs.sh(
                    "env -i /bin/sh -c 'trap \"\" TERM; echo $$;"
                        + " exec /bin/sleep 300 >/dev/null 2>&1' & wait")
                .build());
    long wiped = Long.parseLong(runs.lines.next());

    process.stop(SHORT);

    ProcessExit exit = Runs.await(process);
    assertFalse(Runs.lives(wiped));
    assertEquals(1, exit.leftovers());
  }

  @Test
  void a_run_of_its_own_below_it_is_left_alone() throws Exception {
    String other = runs.marker + ".other";
    RunningProcess process =
        runs.runner.start(
            runs.sh(
                    "KUGETSU_RUN=$1 setsid sleep 300 >/dev/null 2>&1 </dev/null & echo up; wait",
                    other)
                .build());
    runs.lines.awaitLine("up");
    awaitMembers(other, 1);

    process.stop(NEVER_OVER);
    Runs.await(process);

    assertEquals(1, ProcessTrees.find(other).size());
    assertEquals(new Ended(1, List.of()), ProcessTrees.end(other, NEVER_OVER));
    assertEquals(List.of(), ProcessTrees.find(other));
  }

  @Test
  void a_zombie_is_dead() throws Exception {
    String script =
        "$|=1; $p=fork; exit unless $p;"
            + " do { open F, \"/proc/$p/stat\"; $s=<F> } until $s =~ /\\) Z /;"
            + " print \"up\\n\"; sleep 300";
    RunningProcess process = runs.runner.start(runs.command("perl", "-e", script).build());
    runs.lines.awaitLine("up");

    assertEquals(
        List.of(new ProcessTrees.Member(process.pid(), process.startTicks())),
        ProcessTrees.find(runs.marker));
    process.stop(NEVER_OVER);
    assertEquals(0, Runs.await(process).leftovers());
  }

  @Test
  void a_marker_is_compared_as_a_whole() throws Exception {
    RunningProcess process = runs.runner.start(runs.sh("echo up; exec sleep 300").build());
    runs.lines.awaitLine("up");
    awaitMembers(runs.marker, 1);

    String shorter = runs.marker.substring(0, runs.marker.length() - 1);
    assertEquals(new Ended(0, List.of()), ProcessTrees.end(shorter, Duration.ZERO));
    assertEquals(new Ended(0, List.of()), ProcessTrees.end(runs.marker + "x", Duration.ZERO));

    assertEquals(
        List.of(new ProcessTrees.Member(process.pid(), process.startTicks())),
        ProcessTrees.find(runs.marker));
    process.stop(NEVER_OVER);
    Runs.await(process);
  }

  @Test
  void a_marker_inside_another_value_is_none() throws Exception {
    String other = runs.marker + ".none";
    ProcessSpec.Builder spec =
        ProcessSpec.builder(
                List.of("/bin/sh", "-c", "echo up; exec sleep 300"),
                Path.of("/tmp"),
                Map.of("XKUGETSU_RUN", other, "Y", "KUGETSU_RUN=" + other))
            .marker(runs.marker)
            .lineListener(runs.lines::add);
    RunningProcess process = runs.runner.start(spec.build());
    runs.lines.awaitLine("up");

    assertEquals(List.of(), ProcessTrees.find(other));
    process.stop(NEVER_OVER);
    Runs.await(process);
  }

  @Test
  void a_number_that_was_reused_is_never_signalled() throws Exception {
    Process bystander = new ProcessBuilder("sleep", "300").start();
    try {
      long ticks = ProcessFacts.startTicks(bystander.pid()).orElseThrow();
      ProcessTrees.Member before = new ProcessTrees.Member(bystander.pid(), ticks - 1);

      Ended ended = new TreeEnder(new ProcessTable(), runs.marker, before, null).end(Duration.ZERO);

      assertEquals(new Ended(0, List.of()), ended);
      assertTrue(bystander.isAlive());
    } finally {
      bystander.destroyForcibly().waitFor();
    }
  }

  @Test
  void what_a_dead_program_left_can_be_ended_by_a_later_one() throws Exception {
    RunningProcess host =
        runs.runner.start(
            runs.java(AbandoningMain.class, runs.marker + ".below")
                .marker(runs.marker + ".host")
                .build());
    runs.lines.awaitLine("up");
    awaitMembers(runs.marker + ".below", 3);

    ProcessHandle.of(host.pid()).orElseThrow().destroyForcibly();
    assertEquals(Optional.of("SIGKILL"), Runs.await(host).signal());

    assertEquals(3, ProcessTrees.find(runs.marker + ".below").size());
    Ended ended = ProcessTrees.end(runs.marker + ".below", SHORT);
    assertEquals(new Ended(3, List.of()), ended);
    assertEquals(List.of(), runs.survivors());
  }

  @Test
  void an_interrupt_ends_the_grace_and_is_kept() throws Exception {
    RunningProcess process =
        runs.runner.start(runs.sh("trap '' TERM; echo up; while :; do sleep 300; done").build());
    runs.lines.awaitLine("up");

    Thread.currentThread().interrupt();
    ProcessTrees.end(runs.marker, NEVER_OVER);

    assertTrue(Thread.interrupted());
    assertEquals(Optional.of("SIGKILL"), Runs.await(process).signal());
  }

  private static void awaitMembers(String marker, int count) {
    long giveUp = System.nanoTime() + Runs.LONG.toNanos();
    while (ProcessTrees.find(marker).size() != count) {
      assertTrue(System.nanoTime() < giveUp, "the processes should have come");
      Thread.onSpinWait();
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
}
