package io.kugetsu.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.internal.OwnSession;
import io.kugetsu.support.Leaderless;
import io.kugetsu.support.Signals;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The supervisor's text alone, in each shell that is here. The numbers are those of the invariants
 * that the design lists.
 */
class SupervisorTextTest {
  private static final List<String> SHELLS =
      List.of("dash", "bash", "bash --posix", "busybox sh", "mksh", "zsh --emulate sh");
  private static final List<String> MODES =
      List.of("own", "own-reap", "own-fg2", "own-reap-fg2", "plain");

  @RegisterExtension final SupervisedRuns runs = new SupervisedRuns();

  static Stream<String> shells() {
    return SHELLS.stream();
  }

  static Stream<Arguments> shellsAndModes() {
    return SHELLS.stream().flatMap(s -> MODES.stream().map(m -> Arguments.of(s, m)));
  }

  @ParameterizedTest
  @MethodSource("shellsAndModes")
  void case_2_and_21_exit_codes_are_written_down_once(String shell, String mode) throws Exception {
    for (int code : List.of(0, 3, 126, 127, 143, 137, 255)) {
      Path directory = prepared();
      Process supervisor = start(shell, mode, directory, "sh", "-c", "echo out; exit " + code);
      assertEquals(code, supervisor.waitFor());
      assertEquals(List.of(code), exits(directory));
      assertEquals("out\n", Files.readString(directory.resolve("output.log")));
      assertEquals(1, Files.size(directory.resolve("wake")), "one byte for those who sleep");
      supervisor.getOutputStream().close();
    }
  }

  @ParameterizedTest
  @MethodSource("shells")
  void case_2_a_death_by_a_signal_is_128_and_the_signal(String shell) throws Exception {
    for (Map.Entry<String, Integer> each :
        Map.of("TERM", 143, "KILL", 137, "SEGV", 139).entrySet()) {
      Path directory = prepared();
      start(shell, "own-reap", directory, "sh", "-c", "kill -" + each.getKey() + " $$").waitFor();
      assertEquals(List.of(each.getValue()), exits(directory));
      assertEquals("", Files.readString(directory.resolve("output.log")), "no word of the shell's");
    }
  }

  @ParameterizedTest
  @MethodSource("shells")
  void case_1_the_start_line_is_there_before_the_command_runs(String shell) throws Exception {
    Path directory = prepared();
    Process supervisor = start(shell, "own-reap", directory, "cat", directory + "/status");
    supervisor.waitFor();

    String seen = Files.readString(directory.resolve("output.log"));
    assertTrue(seen.matches("start \\d+ \\d+ \\d+\n"), seen);
    RunStatus status = RunStatus.parse(directory, seen.getBytes(StandardCharsets.UTF_8));
    assertEquals(supervisor.pid(), status.supervisor().pid());
    assertEquals(supervisor.pid(), status.group());
  }

  @ParameterizedTest
  @MethodSource("shells")
  void case_17_without_a_claim_nothing_is_run(String shell) throws Exception {
    Path directory = prepared();
    Files.delete(directory.resolve("permit.claim"));

    assertEquals(75, start(shell, "own-reap", directory, "touch", directory + "/ran").waitFor());

    assertTrue(Files.readString(directory.resolve("status")).endsWith("\nrefused\n"));
    assertFalse(Files.exists(directory.resolve("ran")));
    assertFalse(Files.exists(directory.resolve("permit.run")));
  }

  @ParameterizedTest
  @MethodSource("shells")
  void case_26_own_reap_empties_its_group_and_own_does_not(String shell) throws Exception {
    for (String mode : List.of("own", "own-reap")) {
      Path directory = prepared();
      start(shell, mode, directory, "sh", "-c", "sleep 300 & echo $! >" + directory + "/child")
          .waitFor();
      long child = Long.parseLong(Files.readString(directory.resolve("child")).strip());
      if (mode.equals("own")) {
        assertTrue(Runs.lives(child));
        ProcessHandle.of(child).orElseThrow().destroyForcibly();
      }
      SupervisedRuns.await("it ends", () -> !Runs.lives(child));
      assertEquals(List.of(0), exits(directory));
    }
  }

  @ParameterizedTest
  @MethodSource("shells")
  void signals_to_the_supervisor_alone_change_nothing(String shell) throws Exception {
    // Several at once: a bash then returns from every wait at once.
    String script = "for s in TERM INT HUP QUIT PIPE ALRM USR2; do kill -$s $PPID; done; exit 4";
    for (String mode : List.of("own-reap", "own-reap-fg1")) {
      Path directory = prepared();
      Process supervisor = start(shell, mode, directory, "sh", "-c", script);

      assertEquals(4, supervisor.waitFor());
      assertEquals(List.of(4), exits(directory));
      supervisor.getOutputStream().close();
    }
  }

  @ParameterizedTest
  @MethodSource("shells")
  void a_command_that_signals_its_own_group_does_not_lose_its_exit(String shell) throws Exception {
    String script =
        "trap : TERM INT HUP PIPE ALRM USR1 USR2;"
            + " for s in TERM INT HUP PIPE ALRM USR1 USR2; do kill -$s 0; done; exit 4";
    for (String mode : List.of("own-reap", "own-reap-fg1")) {
      Path directory = prepared();
      Process supervisor = start(shell, mode, directory, "sh", "-c", script);

      assertEquals(4, supervisor.waitFor());
      assertEquals(List.of(4), exits(directory));
      supervisor.getOutputStream().close();
    }
  }

  @ParameterizedTest
  @MethodSource("shells")
  void the_command_has_no_signal_ignored_but_in_plain_mode(String shell) throws Exception {
    Signals.assumeNotIgnored();
    for (String mode : MODES) {
      Path directory = prepared();
      start(shell, mode, directory, "grep", "SigIgn", "/proc/self/status").waitFor();
      long ignored =
          Long.parseLong(Files.readString(directory.resolve("output.log")).split("\\s+")[1], 16);
      // HUP, INT and QUIT are the first three; above the 31st are those of the C library.
      assertEquals(mode.equals("plain") ? 7 : 0, ignored & 0x7FFFFFFF, mode);
    }
  }

  @ParameterizedTest
  @MethodSource("shells")
  void the_end_of_the_lifeline_ends_the_session_and_the_exit_is_known(String shell)
      throws Exception {
    Path directory = prepared();
    Process supervisor =
        start(
            shell,
            "own-reap-fg1",
            directory,
            "sh",
            "-c",
            "trap '' TERM; (sleep 300 &) ; echo up; while :; do sleep 300; done",
            runs.token);
    awaitOutput(directory, "up");

    supervisor.getOutputStream().close();

    assertEquals(137, supervisor.waitFor());
    String status = Files.readString(directory.resolve("status"));
    assertTrue(status.contains("\ncut\nexit 137"), status);
    SupervisedRuns.await("nothing is left", () -> survivors().isEmpty());
  }

  @ParameterizedTest
  @MethodSource("shells")
  void it_ends_what_goes_on_without_its_first_thread(String shell) throws Exception {
    List<String> command = new ArrayList<>(List.of("sh", "-c", "trap '' TERM; \"$@\" & wait", "-"));
    command.addAll(Leaderless.words(false));
    Path directory = prepared();
    Process supervisor = start(shell, "own-reap-fg1", directory, command.toArray(String[]::new));
    awaitOutput(directory, "up ");
    String up = Files.readString(directory.resolve("output.log")).strip();

    supervisor.getOutputStream().close();

    supervisor.waitFor();
    Leaderless.awaitGone(Long.parseLong(up.substring("up ".length())));
  }

  @ParameterizedTest
  @MethodSource("shells")
  void detached_before_the_lifeline_ends_it_goes_on(String shell) throws Exception {
    Path directory = prepared();
    assertEquals(0, new ProcessBuilder("mkfifo", directory + "/fifo").start().waitFor());
    Process supervisor =
        start(
            shell,
            "own-reap-fg1",
            directory,
            "sh",
            "-c",
            "echo up; cat " + directory + "/fifo; exit 6");
    Files.writeString(directory.resolve("status"), "detach\n", StandardOpenOption.APPEND);
    supervisor.getOutputStream().close();
    SupervisedRuns.awaitStatus(directory, "cut");

    Files.writeString(directory.resolve("fifo"), "on\n");

    assertEquals(6, supervisor.waitFor());
    assertEquals(List.of(6), exits(directory));
    RunStatus status = RunStatus.parse(directory, Files.readAllBytes(directory.resolve("status")));
    assertTrue(status.isDetached());
    assertFalse(status.isCut());
  }

  @Test
  void the_command_gets_the_environment_as_it_was_given() throws Exception {
    Map<String, String> environment = new TreeMap<>(SupervisedRuns.PATH);
    for (char c = 'a'; c <= 'z'; c++) {
      environment.put("" + c, "value of " + c);
    }
    environment.putAll(Map.of("with.dot", "1", "with-dash", "2", "npm_config_//x", "3"));
    environment.put("QUOTED", "it's \"quoted\" $HOME `x`\nsecond line");
    ProcessSpec spec =
        ProcessSpec.builder(List.of("env", "-0"), Path.of("/tmp"), environment)
            .runDirectory(runs.directory())
            .marker(runs.token)
            .build();
    Assumptions.assumeTrue(OwnSession.find("bash").isPresent(), "needs bash for odd names");

    SupervisedProcess run = runs.runner.start(spec);
    SupervisedRuns.await(run);

    environment.put("KUGETSU_RUN", runs.token);
    environment.put("PWD", "/tmp");
    Map<String, String> seen = new TreeMap<>();
    for (String each : SupervisedRuns.output(run).split("\0")) {
      seen.put(each.split("=", 2)[0], each.split("=", 2)[1]);
    }
    // Of the shell's own, which every program that is started by one gets.
    seen.keySet().removeAll(List.of("_", "SHLVL", "OLDPWD"));
    assertEquals(environment, seen);
  }

  private Path prepared() throws Exception {
    Path directory = runs.directory();
    for (String name : List.of("output.log", "status", "permit.claim")) {
      Files.createFile(directory.resolve(name));
    }
    return directory;
  }

  private Process start(String shell, String mode, Path directory, String... command)
      throws Exception {
    List<String> words = new ArrayList<>(List.of(shell.split(" ")));
    Assumptions.assumeTrue(OwnSession.find(words.get(0)).isPresent(), shell + " is not here");
    ProcessSpec spec =
        ProcessSpec.builder(List.of("-"), Path.of("/tmp"), Map.of())
            .wakeFile(directory.resolve("wake"))
            .build();
    List<String> argv =
        new Supervisor("SHELL", List.of("setsid")).words(spec, directory, List.of(command));
    argv.set(argv.indexOf("own-reap"), mode);
    argv.remove("SHELL");
    argv.addAll(1, words);
    if (mode.equals("plain")) {
      argv.remove(0);
    }
    ProcessBuilder builder =
        new ProcessBuilder(argv).redirectOutput(Redirect.DISCARD).redirectError(Redirect.INHERIT);
    builder.environment().put("KUGETSU_RUN", runs.token);
    Process process = builder.start();
    if (!mode.contains("fg")) {
      OutputStream unused = process.getOutputStream();
      unused.close();
    }
    return process;
  }

  private static List<Integer> exits(Path directory) throws Exception {
    return Files.readAllLines(directory.resolve("status")).stream()
        .filter(line -> line.startsWith("exit "))
        .map(line -> Integer.parseInt(line.split(" ")[1]))
        .toList();
  }

  private static void awaitOutput(Path directory, String text) {
    SupervisedRuns.await(
        text,
        () -> {
          try {
            return Files.readString(directory.resolve("output.log")).contains(text);
          } catch (IOException e) {
            return false;
          }
        });
  }

  private Set<Long> survivors() {
    try {
      return runs.survivors();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "OPTIND|no number",
        "BASH_FUNC_echo%%|() { :; }",
        "BASH_FUNC_read%%|() { exit 1; }",
        "BASH_ENV|HERE/ends",
        "SHELLOPTS|noexec",
        "PATH|HERE:/usr/bin:/bin"
      })
  void nothing_in_the_environment_reaches_the_supervisor_itself(String name, String value)
      throws Exception {
    Path here = Files.createDirectory(runs.place("here"));
    Files.writeString(here.resolve("ends"), "exit 9\n");
    for (String program : List.of("mv", "sleep")) {
      Files.writeString(here.resolve(program), "#!/bin/sh\nexit 1\n");
      assertTrue(here.resolve(program).toFile().setExecutable(true));
    }
    Map<String, String> environment = new TreeMap<>(SupervisedRuns.PATH);
    environment.put("odd.name", "1");
    environment.put(name, value.replace("HERE", here.toString()));
    ProcessSpec spec =
        ProcessSpec.builder(List.of("/bin/sh", "-c", "exit 6"), here, environment)
            .runDirectory(runs.directory())
            .marker(runs.token)
            .build();
    Assumptions.assumeTrue(OwnSession.find("bash").isPresent(), "needs bash for odd names");

    SupervisedProcess run = runs.runner.start(spec);

    assertEquals(6, SupervisedRuns.await(run).code().orElseThrow());
    assertEquals(List.of(6), exits(run.runDirectory()));
  }
}
