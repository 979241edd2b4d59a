package io.kugetsu.process;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.common.ClosedException;
import io.kugetsu.internal.ProcessFacts;
import io.kugetsu.process.ProcessStartException.Kind;
import io.kugetsu.process.RunnerCapabilities.TreeStop;
import io.kugetsu.support.Signals;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PipeRunnerTest {
  @RegisterExtension final Runs runs = new Runs();
  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3, 126, 127, 255})
  void an_exit_code_is_told_as_it_is(int code) throws Exception {
    ProcessExit exit = runs.run(runs.sh("exit " + code));

    assertEquals(code, exit.code().orElseThrow());
    assertEquals(Optional.empty(), exit.signal());
    assertEquals(code == 0, exit.isSuccess());
    assertFalse(exit.stopped());
    assertTrue(exit.outputComplete());
    assertEquals(0, exit.leftovers());
  }

  @ParameterizedTest
  @CsvSource({"TERM,143", "KILL,137", "SEGV,139", "HUP,129"})
  void a_death_by_a_signal_names_the_signal(String signal, int code) throws Exception {
    if (signal.equals("HUP")) {
      Signals.assumeNotIgnored();
    }
    ProcessExit exit = runs.run(runs.sh("kill -" + signal + " $$"));

    assertEquals(code, exit.code().orElseThrow());
    assertEquals(Optional.of("SIG" + signal), exit.signal());
    assertFalse(exit.stopped());
  }

  @Test
  void a_kill_from_outside_is_no_stop() throws Exception {
    RunningProcess process = runs.runner.start(runs.sh("echo up; exec sleep 60").build());
    runs.lines.awaitLine("up");

    ProcessHandle.of(process.pid()).orElseThrow().destroyForcibly();

    ProcessExit exit = Runs.await(process);
    assertEquals(Optional.of("SIGKILL"), exit.signal());
    assertFalse(exit.stopped());
  }

  @Test
  void every_word_arrives_byte_for_byte() throws Exception {
    Path log = directory.resolve("log");
    String[] words = {
      "plain words",
      "say \"hi\"",
      "it's",
      "'quoted'",
      "\"quoted\"",
      "say \"hi\" 'there' $HOME ${user.home} $(x) `x`",
      "two\nlines\r\n",
      "back\\slash\\",
      "",
      " ",
      "-n",
      "--",
      "*",
      "grüße 🐚 \uD83D\uDC68\u200D\uD83D\uDCBB",
      "\u0001\t"
    };

    runs.run(runs.sh("printf '%s\\0' \"$@\"", words).logFile(log));

    assertEquals(List.of(words), List.of(Files.readString(log).split("\0", -1)).subList(0, 15));
  }

  @Test
  void words_that_this_jvm_would_garble_are_refused() throws Exception {
    runs.run(runs.java(AsciiMain.class));

    assertEquals(List.of("plain", "OTHER"), runs.lines.all());
  }

  @Test
  void a_program_may_have_spaces_and_backslashes_in_its_name() throws Exception {
    Path program = directory.resolve(" odd\\name ");
    Files.writeString(program, "#!/bin/sh\necho here\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));

    assertEquals(0, runs.run(runs.command(program.toString())).code().orElseThrow());
    assertEquals(List.of("here"), runs.lines.all());
  }

  @Test
  void input_arrives_byte_for_byte() throws Exception {
    byte[] bytes = new byte[100_000];
    new Random(7).nextBytes(bytes);
    Path log = directory.resolve("log");

    ProcessExit exit = runs.run(runs.command("cat").stdin(bytes).logFile(log));

    assertTrue(exit.isSuccess());
    assertArrayEquals(bytes, Files.readAllBytes(log));
  }

  @Test
  void input_is_written_as_utf_8() throws Exception {
    runs.run(runs.command("cat").stdin("grüße 🐚"));

    assertEquals(List.of("grüße 🐚"), runs.lines.all());
  }

  @Test
  void without_input_it_reads_end_of_file_at_once() throws Exception {
    assertEquals(0, runs.run(runs.command("cat")).code().orElseThrow());
  }

  @Test
  void input_that_nobody_reads_holds_nothing_up() throws Exception {
    ProcessExit exit = runs.run(runs.sh("echo done; exit 4").stdin(new byte[1 << 20]));

    assertEquals(4, exit.code().orElseThrow());
    assertEquals(List.of("done"), runs.lines.all());
  }

  @Test
  void input_and_output_flow_at_the_same_time() throws Exception {
    byte[] bytes = "0123456789abcde\n".repeat(1 << 16).getBytes(StandardCharsets.UTF_8);
    Path log = directory.resolve("log");

    runs.run(runs.command("cat").stdin(bytes).logFile(log));

    assertArrayEquals(bytes, Files.readAllBytes(log));
  }

  @Test
  void the_environment_is_what_was_given_and_nothing_else() throws Exception {
    Path log = directory.resolve("log");
    Map<String, String> given =
        Map.of("A", "1", "EMPTY", "", "LINES_", "two\nlines", "UMLAUT", "ü", "KUGETSU_RUN", "old");

    runs.runner
        .start(
            ProcessSpec.builder(List.of("/usr/bin/env", "-0"), directory, given)
                .marker(runs.marker)
                .logFile(log)
                .build())
        .exit()
        .toCompletableFuture()
        .get(30, TimeUnit.SECONDS);

    assertEquals(
        new TreeSet<>(
            List.of(
                "A=1",
                "EMPTY=",
                "LINES_=two\nlines",
                "UMLAUT=ü",
                "KUGETSU_RUN=" + runs.marker,
                "PWD=" + directory)),
        new TreeSet<>(List.of(Files.readString(log).split("\0"))));
  }

  @Test
  void it_runs_in_its_directory_by_the_name_that_was_given() throws Exception {
    Path real = Files.createDirectory(directory.resolve("real"));
    Path link = Files.createSymbolicLink(directory.resolve("link"), real);

    runs.run(of(link, "sh", "-c", "pwd; pwd -P"));
    runs.run(of(link.resolve("../link"), "sh", "-c", "pwd"));

    assertEquals(
        List.of(link.toString(), real.toRealPath().toString(), real.toRealPath().toString()),
        runs.lines.all());
  }

  @Test
  void a_program_is_found_in_the_path_it_is_given() throws Exception {
    Path bin = Files.createDirectory(directory.resolve("bin"));
    Path program = bin.resolve("only-here");
    Files.writeString(program, "#!/bin/sh\necho $0\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
    ProcessSpec.Builder found =
        ProcessSpec.builder(
                List.of("only-here"), directory, Map.of("PATH", "/nowhere:" + bin + ":/bin"))
            .marker(runs.marker)
            .lineListener(runs.lines::add);

    assertTrue(runs.run(found).isSuccess());
    assertEquals(List.of(program.toString()), runs.lines.all());
    assertEquals(Kind.NOT_FOUND, refused(runs.command("only-here")).kind());
  }

  @Test
  void what_cannot_be_started_says_why_and_leaves_nothing() throws Exception {
    Path file = Files.writeString(directory.resolve("text"), "just text");
    Path script = Files.writeString(directory.resolve("script"), "#!/no/such/interpreter\n");
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
    Path log = directory.resolve("log");
    String huge = "x".repeat(200_000);

    assertEquals(Kind.NOT_FOUND, refused(runs.command("no-such-program")).kind());
    assertEquals(Kind.NOT_FOUND, refused(runs.command("/no/such/program").logFile(log)).kind());
    assertEquals(Kind.NOT_FOUND, refused(runs.command(script.toString())).kind());
    assertEquals(Kind.NOT_EXECUTABLE, refused(runs.command(file.toString())).kind());
    assertEquals(Kind.NOT_EXECUTABLE, refused(runs.command(directory.toString())).kind());
    assertEquals(Kind.NO_DIRECTORY, refused(of(directory.resolve("gone"), "ls")).kind());
    assertEquals(Kind.NO_DIRECTORY, refused(of(file, "ls")).kind());
    ProcessStartException tooLong = refused(runs.command("ls", huge).logFile(log));
    assertEquals(Kind.OTHER, tooLong.kind());
    assertEquals("ls", tooLong.program());
    assertEquals(Path.of("/tmp"), tooLong.directory());
    assertFalse(Files.exists(log), "no log of what never ran");
  }

  @Test
  void a_refusal_tells_neither_arguments_nor_environment() {
    ProcessStartException refused =
        assertThrows(
            ProcessStartException.class,
            () ->
                runs.runner.start(
                    ProcessSpec.builder(
                            List.of("/no/such", "--token=s3cret"),
                            directory,
                            Map.of("TOKEN", "s3cret"))
                        .build()));

    for (Throwable each = refused; each != null; each = each.getCause()) {
      assertFalse(each.toString().contains("s3cret"), each.toString());
    }
  }

  @Test
  void it_can_be_recognised_by_number_start_and_boot() throws Exception {
    RunningProcess process = runs.runner.start(runs.sh("echo up; exec sleep 60").build());
    runs.lines.awaitLine("up");

    assertTrue(ProcessFacts.isAlive(process.pid(), process.startTicks(), process.bootId()));
    assertEquals(runs.marker, process.marker());
    process.stop(Duration.ZERO);
    Runs.await(process);
    assertFalse(ProcessFacts.isAlive(process.pid(), process.startTicks(), process.bootId()));
  }

  @Test
  void many_run_at_the_same_time() throws Exception {
    List<PipeProcess> all =
        IntStream.range(0, 40)
            .mapToObj(n -> runs.sh("read x; exit " + n).marker(runs.marker + "." + n))
            .map(spec -> runs.runner.start(spec.stdin("go\n").build()))
            .toList();

    for (int n = 0; n < all.size(); n++) {
      assertEquals(n, Runs.await(all.get(n)).code().orElseThrow());
    }
  }

  @Test
  void the_exit_cannot_be_completed_from_outside() throws Exception {
    RunningProcess process = runs.runner.start(runs.sh("exit 5").build());
    CompletionStage<ProcessExit> exit = process.exit();

    CompletableFuture<ProcessExit> mine = exit.toCompletableFuture();
    mine.cancel(true);

    assertEquals(5, Runs.await(process).code().orElseThrow());
  }

  @Test
  void closing_ends_what_runs_and_refuses_what_comes() throws Exception {
    RunningProcess one = runs.runner.start(runs.sh("echo up; sleep 60 & sleep 60").build());
    RunningProcess two = runs.runner.start(runs.sh("trap '' TERM; echo up; sleep 60; :").build());
    runs.lines.awaitLine("up");
    runs.lines.awaitLine("up");

    runs.runner.close();

    assertEquals(List.of(), Runs.threads());
    assertEquals(List.of(), runs.survivors());
    assertTrue(one.exit().toCompletableFuture().isDone());
    assertTrue(Runs.await(two).stopped());
    assertThrows(ClosedException.class, () -> runs.runner.start(runs.sh("exit 0").build()));
    runs.runner.close();
  }

  @Test
  void closing_cuts_a_long_grace_short() throws Exception {
    RunningProcess process =
        runs.runner.start(
            runs.sh("trap 'echo asked' TERM; echo up; while :; do sleep 300 & wait; done").build());
    runs.lines.awaitLine("up");
    process.stop(Duration.ofHours(1));
    runs.lines.awaitLine("asked");

    runs.runner.close();

    assertEquals(Optional.of("SIGKILL"), Runs.await(process).signal());
  }

  @Test
  void closing_from_a_callback_does_not_wait_for_itself() throws Exception {
    CompletableFuture<Void> closed =
        runs.runner
            .start(runs.sh("exit 0").build())
            .exit()
            .thenAccept(exit -> runs.runner.close())
            .toCompletableFuture();

    closed.get(10, TimeUnit.SECONDS);
  }

  @Test
  void it_says_what_it_can_do() {
    assertEquals(
        new RunnerCapabilities(false, false, TreeStop.WHOLE_TREE, false),
        runs.runner.capabilities());
  }

  private ProcessSpec.Builder of(Path where, String... argv) {
    return ProcessSpec.builder(List.of(argv), where, Runs.PATH)
        .marker(runs.marker)
        .lineListener(runs.lines::add);
  }

  private ProcessStartException refused(ProcessSpec.Builder spec) {
    return assertThrows(ProcessStartException.class, () -> runs.runner.start(spec.build()));
  }
}
