package io.kugetsu.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.common.StorageException;
import io.kugetsu.internal.ProcessFacts;
import io.kugetsu.support.Fifo;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Reading along and looking at runs; the numbers are those of the invariants of the design. */
class SupervisedFollowTest {
  @RegisterExtension final SupervisedRuns runs = new SupervisedRuns();

  @Test
  void case_14_every_byte_comes_once_and_in_order_also_the_last() throws Exception {
    SupervisedProcess run =
        runs.start(
            runs.sh(
                "for i in $(seq 2000); do echo $i; done; sleep .1; seq 2001 60000; printf end"));
    Runs.Lines replayed = new Runs.Lines();
    SupervisedProcess attached =
        runs.runner.attach(run.runDirectory(), Following.lines(replayed::add));

    assertTrue(SupervisedRuns.await(run).outputComplete());
    assertTrue(SupervisedRuns.await(attached).outputComplete());

    List<String> expected =
        new ArrayList<>(IntStream.rangeClosed(1, 60_000).mapToObj(Integer::toString).toList());
    expected.add("end");
    assertEquals(expected, runs.lines.all());
    assertEquals(expected, replayed.all());
    Runs.Lines afterwards = new Runs.Lines();
    SupervisedRuns.await(runs.runner.attach(run.runDirectory(), Following.lines(afterwards::add)));
    assertEquals(expected, afterwards.all());
  }

  @Test
  void case_14_a_character_may_be_split_between_two_polls() throws Exception {
    Path fifo = runs.place("fifo");
    Fifo gate = Fifo.create(fifo);
    SupervisedProcess run =
        runs.start(
            runs.sh("printf 'a\\n\\360\\237'; cat $1; printf '\\220\\232 z\\n'", fifo.toString()));
    runs.lines.awaitLine("a");
    SupervisedRuns.await("the half is there", () -> run.tail(100).equals("a\n"));

    gate.write("");

    SupervisedRuns.await(run);
    // What came through the pipe ends the first of the two lines.
    assertEquals(2, runs.lines.all().size());
    Runs.Lines whole = new Runs.Lines();
    SupervisedProcess other = runs.start(runs.sh("printf '%65535s\\360\\237\\220\\232\\n' x"));
    SupervisedRuns.await(runs.runner.attach(other.runDirectory(), Following.lines(whole::add)));
    assertEquals(" ".repeat(65_534) + "x🐚", whole.next());
    SupervisedRuns.await(other);
  }

  @Test
  void case_14_a_listener_that_throws_gets_the_rest() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    SupervisedProcess run =
        runs.start(
            runs.quiet("seq", "1000")
                .lineListener(
                    line -> {
                      calls.incrementAndGet();
                      throw new IllegalStateException(line);
                    }));

    assertTrue(SupervisedRuns.await(run).outputComplete());
    assertEquals(1000, calls.get());
  }

  @Test
  void case_14_a_listener_that_blocks_holds_back_nobody_but_its_run() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    List<SupervisedProcess> blocked = new ArrayList<>();
    List<CountDownLatch> inside = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      CountDownLatch entered = new CountDownLatch(1);
      inside.add(entered);
      blocked.add(
          runs.start(
              runs.quiet("sh", "-c", "seq 100; touch done." + i)
                  .lineListener(
                      line -> {
                        entered.countDown();
                        awaitUninterrupted(release);
                      })));
    }
    for (CountDownLatch each : inside) {
      each.await();
    }

    // The agents wrote all of it, another run is followed, and none is held for ever.
    for (int i = 0; i < 12; i++) {
      Path done = runs.place("done." + i);
      SupervisedRuns.await("it is not held back", () -> Files.exists(done));
    }
    ProcessExit free = runs.run(runs.sh("echo free"));
    assertTrue(free.outputComplete());
    assertEquals(List.of("free"), runs.lines.all());
    for (SupervisedProcess each : blocked) {
      ProcessExit exit = SupervisedRuns.await(each);
      assertEquals(0, exit.code().orElseThrow());
      assertFalse(exit.outputComplete());
    }
    release.countDown();
  }

  @Test
  void a_slow_listener_gets_everything_before_the_exit_is_told() throws Exception {
    List<String> seen = new ArrayList<>();
    CountDownLatch never = new CountDownLatch(1);
    SupervisedProcess run =
        runs.start(
            runs.quiet("seq", "20")
                .lineListener(
                    line -> {
                      awaitFor(never, 100);
                      seen.add(line);
                    }));

    assertTrue(SupervisedRuns.await(run).outputComplete());
    assertEquals(20, seen.size());
  }

  @Test
  void a_listener_may_stop_the_run_and_close_the_runner() throws Exception {
    SupervisedProcess[] self = new SupervisedProcess[1];
    CountDownLatch known = new CountDownLatch(1);
    try (SupervisedRunner runner = new SupervisedRunner()) {
      self[0] =
          runner.start(
              runs.quiet("sh", "-c", "echo up; sleep 300")
                  .foreground(true)
                  .lineListener(
                      line -> {
                        awaitUninterrupted(known);
                        self[0].stop(Duration.ofSeconds(5));
                        runner.close();
                      })
                  .build());
      known.countDown();
      SupervisedRuns.await("it has ended", () -> self[0].state().hasEnded());
    }
  }

  @Test
  void what_is_read_is_masked_and_what_is_written_is_not() throws Exception {
    SupervisedProcess run =
        runs.start(
            runs.sh("echo my s3cret; echo; printf 's3cret open'; sleep 300")
                .masker(line -> line.replace("s3cret", "***")));
    runs.lines.awaitLine("");

    assertEquals("my ***\n\n", run.tail(1000));
    assertTrue(SupervisedRuns.output(run).contains("my s3cret\n"));
    SupervisedProcess attached =
        runs.runner.attach(
            run.runDirectory(), Following.exitOnly().masked(l -> l.replace("s3cret", "###")));
    assertEquals("my ###\n\n", attached.tail(1000));
    run.stop(Duration.ZERO);
    SupervisedRuns.await(run);
    assertEquals("my ***\n\n*** open", run.tail(1000));
    assertEquals(List.of("*** open"), runs.lines.all());
    assertEquals("open", run.tail(4));
    SupervisedRuns.await(attached);
    SupervisedProcess broken =
        runs.start(
            runs.sh("echo s3cret")
                .masker(
                    line -> {
                      throw new IllegalStateException(line);
                    }));
    SupervisedRuns.await(broken);
    assertFalse(runs.lines.all().toString().contains("s3cret"));
    assertFalse(broken.tail(100).contains("s3cret"));
  }

  @Test
  void a_tail_never_begins_or_ends_within_a_character() throws Exception {
    SupervisedProcess run = runs.start(runs.sh("printf 'aä🐚z'"));
    SupervisedRuns.await(run);

    assertEquals("aä🐚z", run.tail(8));
    assertEquals("ä🐚z", run.tail(7));
    assertEquals("🐚z", run.tail(6));
    assertEquals("🐚z", run.tail(5));
    assertEquals("z", run.tail(4));
    assertEquals("", run.tail(0));
    SupervisedProcess much = runs.start(runs.quiet("seq", "100000"));
    SupervisedRuns.await(much);
    assertTrue(much.tail(1 << 20).endsWith("99999\n100000\n"));
    assertEquals(64 << 10, much.tail(1 << 20).length());
  }

  @Test
  void one_that_closes_its_output_early_is_followed_to_its_exit() throws Exception {
    SupervisedProcess run =
        runs.start(runs.sh("echo out; exec >/dev/null 2>&1 </dev/null; sleep .3; exit 6"));

    assertEquals(6, SupervisedRuns.await(run).code().orElseThrow());
    assertEquals(List.of("out"), runs.lines.all());
  }

  @Test
  void case_5_without_its_supervisor_it_is_unsupervised_then_lost() throws Exception {
    Path fifo = runs.place("fifo");
    Fifo gate = Fifo.create(fifo);
    SupervisedProcess run = runs.start(runs.sh("echo up; cat $1; echo on", fifo.toString()));
    runs.lines.awaitLine("up");

    ProcessHandle.of(run.pid()).orElseThrow().destroyForcibly();
    SupervisedRuns.await("it is dead", () -> !Runs.lives(run.pid()));

    assertEquals(RunState.UNSUPERVISED, run.state());
    gate.write("more");
    runs.lines.awaitLine("on");
    ProcessExit exit = SupervisedRuns.await(run);
    assertEquals(RunState.LOST, exit.state());
    assertTrue(exit.code().isEmpty());
    assertTrue(exit.outputComplete());
    assertEquals(RunState.LOST, RunDirectory.of(run.runDirectory()).state());
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void case_5_a_stop_still_clears_it(boolean adopted) throws Exception {
    SupervisedProcess run = runs.start(runs.sh("setsid sleep 300 & echo up; sleep 300"));
    runs.lines.awaitLine("up");
    ProcessHandle.of(run.pid()).orElseThrow().destroyForcibly();
    SupervisedRuns.await("it is dead", () -> !Runs.lives(run.pid()));

    SupervisedProcess by =
        adopted ? runs.runner.attach(run.runDirectory(), Following.exitOnly()) : run;
    by.stop(Duration.ofSeconds(5));

    assertEquals(RunState.STOPPED, SupervisedRuns.await(by).state());
    SupervisedRuns.await(run);
    assertEquals(Set.of(), runs.survivors());
  }

  @Test
  void case_10_a_run_that_ends_while_it_is_looked_at_is_never_lost() throws Exception {
    for (int i = 0; i < 150; i++) {
      SupervisedProcess run = runs.start(runs.quiet("true"));
      RunDirectory directory = RunDirectory.of(run.runDirectory());
      RunState state;
      do {
        state = directory.state();
        assertTrue(
            Set.of(RunState.STARTING, RunState.RUNNING, RunState.EXITED).contains(state),
            state + " in round " + i);
      } while (!state.hasEnded());
      SupervisedRuns.await(run);
    }
  }

  @Test
  void case_11_a_zombie_counts_as_dead() throws Exception {
    // A parent that never asks for its child's end keeps it as a zombie.
    String script =
        "$p = fork; if (!$p) { exec @ARGV } open F, '>', shift; print F $p; close F; sleep 300";
    Path pid = runs.place("pid");
    SupervisedProcess holder =
        runs.start(
            runs.quiet("perl", "-e", script.replace("exec @ARGV", "sleep 300"), pid.toString()));
    SupervisedRuns.await("it forked", () -> size(pid) > 0);
    long child = Long.parseLong(Files.readString(pid).strip());
    long ticks = ProcessFacts.startTicks(child).orElseThrow();
    SupervisedProcess run = runs.start(runs.sh("exit 0"));
    SupervisedRuns.await(run);
    Path status = run.runDirectory().resolve("status");
    Files.writeString(status, "start " + child + " " + ticks + " 0\n");
    assertEquals(RunState.RUNNING, RunDirectory.of(run.runDirectory()).state());

    ProcessHandle.of(child).orElseThrow().destroyForcibly();
    SupervisedRuns.await("it is a zombie", () -> !Runs.lives(child));

    assertTrue(ProcessHandle.of(child).map(ProcessHandle::isAlive).orElse(false));
    assertEquals(RunState.LOST, RunDirectory.of(run.runDirectory()).state());
    holder.stop(Duration.ZERO);
    SupervisedRuns.await(holder);
  }

  @Test
  void case_17_a_withdrawn_claim_keeps_the_command_from_ever_running() throws Exception {
    int withdrawn = 0;
    for (int i = 0; i < 60; i++) {
      Path ran = runs.place("ran." + i);
      SupervisedProcess run = runs.start(runs.quiet("touch", ran.toString()));
      if (i % 2 == 1) {
        SupervisedRuns.await("it takes over", () -> size(run.runDirectory().resolve("status")) > 0);
      }
      boolean mine = RunDirectory.of(run.runDirectory()).withdraw();
      withdrawn += mine ? 1 : 0;
      ProcessExit exit = SupervisedRuns.await(run);
      assertEquals(!mine, Files.exists(ran));
      assertEquals(mine ? RunState.NEVER_STARTED : RunState.EXITED, exit.state());
      assertEquals(mine, exit.code().isEmpty());
      assertFalse(RunDirectory.of(run.runDirectory()).withdraw());
    }
    assertTrue(withdrawn > 0, "none was early enough");
  }

  @Test
  void case_23_an_incomplete_last_line_is_ignored() throws Exception {
    SupervisedProcess run = runs.start(runs.sh("echo up; sleep 300"));
    runs.lines.awaitLine("up");
    Path status = run.runDirectory().resolve("status");
    Files.writeString(status, "exit 1", StandardOpenOption.APPEND);

    assertEquals(RunState.RUNNING, RunDirectory.of(run.runDirectory()).state());

    Files.writeString(status, "2 77.5\n", StandardOpenOption.APPEND);
    assertEquals(12, RunDirectory.of(run.runDirectory()).status().code().orElseThrow());
    run.stop(Duration.ZERO);
    ProcessTrees.end(run.marker(), Duration.ZERO);
    SupervisedRuns.await(run);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "garbage\n",
        "start\n",
        "start x y z\n",
        "start -5 7 0\n",
        "start 1 7 1\n",
        "start 99999999999999999999 7 0\n",
        "exit\n",
        "exit many\n",
        "\u0000\u0001\n",
        "exit 1 2 3 4\n"
      })
  void garbage_is_a_typed_exception(String text) throws Exception {
    SupervisedProcess run = runs.start(runs.sh("exit 3"));
    SupervisedRuns.await(run);
    RunDirectory directory = RunDirectory.of(run.runDirectory());
    Files.writeString(run.runDirectory().resolve("status"), text);

    assertThrows(StorageException.class, directory::state);
    assertThrows(StorageException.class, directory::pid);
    assertThrows(StorageException.class, () -> directory.sweep(Duration.ZERO));
    assertThrows(
        StorageException.class, () -> runs.runner.attach(run.runDirectory(), Following.exitOnly()));
  }

  @Test
  void garbage_in_the_description_is_one_too() throws Exception {
    SupervisedProcess run = runs.start(runs.sh("exit 3"));
    SupervisedRuns.await(run);
    Path spec = run.runDirectory().resolve("spec.json");
    String whole = Files.readString(spec);
    for (String text : List.of("", "x", "[]", "{}", "{\"format\": 1}", "{\"format\": 2}")) {
      Files.writeString(run.runDirectory().resolve("spec.json"), text);
      assertThrows(StorageException.class, () -> RunDirectory.of(run.runDirectory()), text);
    }
    Files.writeString(spec, whole.replace(run.marker(), "a b"));
    assertThrows(StorageException.class, () -> RunDirectory.of(run.runDirectory()));
    Files.writeString(spec, whole.replaceFirst("\\{", "{\"wakeFile\": \"a\\\\u0000\","));
    assertThrows(StorageException.class, () -> RunDirectory.of(run.runDirectory()));
    Files.writeString(spec, whole);
    assertEquals(RunState.EXITED, RunDirectory.of(run.runDirectory()).state());
    assertThrows(StorageException.class, () -> RunDirectory.of(runs.directory()));
    assertThrows(
        StorageException.class,
        () -> runs.runner.attach(runs.place("nowhere"), Following.exitOnly()));
  }

  @Test
  void another_boot_is_an_interruption_and_nobody_is_signalled() throws Exception {
    SupervisedProcess run = runs.start(runs.sh("echo up; sleep 300"));
    runs.lines.awaitLine("up");
    Path spec = run.runDirectory().resolve("spec.json");
    Files.writeString(
        spec, Files.readString(spec).replace(ProcessFacts.bootId(), "an-earlier-boot"));
    RunDirectory directory = RunDirectory.of(run.runDirectory());

    assertEquals(RunState.INTERRUPTED, directory.state());
    assertEquals(0, directory.sweep(Duration.ZERO).ended());
    ProcessExit exit =
        SupervisedRuns.await(runs.runner.attach(run.runDirectory(), Following.exitOnly()));
    assertEquals(RunState.INTERRUPTED, exit.state());

    assertTrue(Runs.lives(run.pid()));
    run.stop(Duration.ZERO);
    SupervisedRuns.await(run);
  }

  @Test
  void of_stop_exit_cut_and_detach_the_earlier_decides() {
    String start = "start 77 88 77\n";
    assertEquals(RunState.EXITED, fold(start + "exit 0 1.0\nstop requested\ncut\n"));
    assertEquals(RunState.STOPPED, fold(start + "stop requested\nexit 0 1.0\n"));
    assertEquals(RunState.STOPPED, fold(start + "stop requested\ncut\nexit 143 1.0\n"));
    assertEquals(RunState.CUT, fold(start + "cut\nexit 143 1.0\n"));
    assertEquals(RunState.CUT, fold(start + "cut\ndetach\nexit 143\n"));
    assertEquals(RunState.EXITED, fold(start + "detach\ncut\nexit 143\n"));
    assertEquals(RunState.LOST, fold(start));
    assertEquals(RunState.STOPPED, fold(start + "stop x\n"));
    assertEquals(RunState.CUT, fold(start + "cut\n"));
    // As ps tells the start where there is no /proc.
    RunStatus status = parse("start 77 Sat_Nov_21_13:17:51_2026_ 77\n");
    assertEquals(1_795_267_071_000L, status.supervisor().startTicks());
  }

  private static RunState fold(String text) {
    return parse(text).ended(false);
  }

  private static RunStatus parse(String text) {
    return RunStatus.parse(Path.of("status"), text.getBytes(StandardCharsets.UTF_8));
  }

  private static long size(Path file) {
    try {
      return Files.exists(file) ? Files.size(file) : 0;
    } catch (IOException e) {
      return 0;
    }
  }

  private static void awaitUninterrupted(CountDownLatch latch) {
    boolean interrupted = false;
    while (latch.getCount() > 0) {
      try {
        latch.await();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static void awaitFor(CountDownLatch latch, long millis) {
    try {
      latch.await(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
