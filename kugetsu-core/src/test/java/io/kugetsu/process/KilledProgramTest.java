package io.kugetsu.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.internal.OwnSession;
import io.kugetsu.support.ClassPath;
import io.kugetsu.support.Signals;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What becomes of runs when the program that started them dies, seen by the next program; the
 * numbers are those of the invariants of the design.
 */
class KilledProgramTest {
  private static final int BACKGROUND = 20;
  private static final int FOREGROUND = 5;
  private static final int LINES = 120;

  @RegisterExtension final SupervisedRuns runs = new SupervisedRuns();

  /** Ways for a program to end that it cannot do anything about. */
  private enum Death {
    KILL,
    KILL_OF_ITS_GROUP,
    INTERRUPT_AT_THE_TERMINAL,
    HANG_UP_OF_THE_TERMINAL
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "KILL",
        "KILL_OF_ITS_GROUP",
        "INTERRUPT_AT_THE_TERMINAL",
        "HANG_UP_OF_THE_TERMINAL"
      })
  void case_3_and_4_background_runs_go_on_and_the_next_program_knows_everything(Death death)
      throws Exception {
    Program program = new Program(java(), death, "background", 0, BACKGROUND);
    program.awaitLine("all");

    program.die();

    for (int i = 0; i < BACKGROUND; i++) {
      Path directory = runs.place("background-" + i);
      List<String> lines = new ArrayList<>();
      SupervisedProcess adopted = runs.runner.attach(directory, Following.lines(lines::add));
      ProcessExit exit = SupervisedRuns.await(adopted);

      assertEquals(i, exit.code().orElseThrow());
      assertEquals(RunState.EXITED, exit.state());
      assertTrue(exit.outputComplete());
      assertTrue(exit.duration().toMillis() >= 1_200, exit.toString());
      String truth = Files.readString(directory.resolve("truth"));
      assertEquals(truth, Files.readString(directory.resolve("output.log")));
      assertEquals(truth.lines().toList(), lines);
      assertEquals(LINES, lines.size());
    }
    assertEquals(BACKGROUND, Files.size(runs.place("wake")));
    assertEquals(Set.of(), runs.survivors());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "KILL",
        "KILL_OF_ITS_GROUP",
        "INTERRUPT_AT_THE_TERMINAL",
        "HANG_UP_OF_THE_TERMINAL"
      })
  void case_4_foreground_runs_end_with_their_program(Death death) throws Exception {
    Program program = new Program(java(), death, "foreground", 0, FOREGROUND);
    program.awaitLine("all");

    program.die();

    for (int i = 0; i < FOREGROUND; i++) {
      Path directory = runs.place("foreground-" + i);
      SupervisedProcess left = runs.runner.attach(directory, Following.exitOnly());
      ProcessExit exit = SupervisedRuns.await(left);
      assertEquals(RunState.CUT, exit.state());
      assertEquals(143, exit.code().orElseThrow());
      assertFalse(exit.stopped());
      assertFalse(RunDirectory.of(directory).detach());
    }
    assertEquals(Set.of(), runs.survivors());
  }

  @Test
  void case_4_one_that_somebody_detached_in_time_goes_on() throws Exception {
    Program program = new Program(java(), Death.KILL, "foreground", 0, 2);
    program.awaitLine("all");
    assertTrue(RunDirectory.of(runs.place("foreground-1")).detach());

    program.die();

    SupervisedProcess cut = runs.runner.attach(runs.place("foreground-0"), Following.exitOnly());
    assertEquals(RunState.CUT, SupervisedRuns.await(cut).state());
    SupervisedProcess kept = runs.runner.attach(runs.place("foreground-1"), Following.exitOnly());
    assertEquals(RunState.RUNNING, kept.state());
    kept.stop(Duration.ofSeconds(5));
    assertEquals(RunState.STOPPED, SupervisedRuns.await(kept).state());
    assertEquals(
        Files.readString(runs.place("foreground-1").resolve("truth")),
        Files.readString(runs.place("foreground-1").resolve("output.log")));
  }

  @Test
  void case_3_killed_at_any_moment_each_run_never_ran_or_ran_to_its_end() throws Exception {
    Random random = new Random(20261121);
    int ran = 0;
    int begun = 0;
    for (int round = 0; round < 8 || ran <= 20; round++) {
      int from = round * 100;
      Program program = new Program(java(), Death.KILL, "background", from, 100);
      program.awaitLine("starting " + from);
      // a slow machine needs longer to begin some
      program.process.waitFor(random.nextInt(90 + 10 * round), TimeUnit.MILLISECONDS);
      program.die();
      for (int i = from; Files.exists(runs.place("background-" + i)); i++) {
        Path directory = runs.place("background-" + i);
        begun++;
        if (!Files.exists(directory.resolve("spec.json"))) {
          continue;
        }
        if (!Files.exists(directory.resolve("status"))) {
          continue; // it died while it made the files
        }
        ProcessExit exit =
            SupervisedRuns.await(runs.runner.attach(directory, Following.exitOnly()));
        if (exit.state() == RunState.NEVER_STARTED) {
          assertFalse(Files.exists(directory.resolve("truth")), "nothing of it ran");
        } else {
          ran++;
          assertEquals(RunState.EXITED, exit.state());
          assertEquals(i % 256, exit.code().orElseThrow());
          assertEquals(
              Files.readString(directory.resolve("truth")),
              Files.readString(directory.resolve("output.log")));
        }
      }
    }
    assertTrue(begun >= ran, ran + " of " + begun);
    assertEquals(Set.of(), runs.survivors());
  }

  @Test
  void what_had_left_the_session_of_a_foreground_run_is_swept_by_the_next() throws Exception {
    Program program = new Program(java(), Death.KILL, "foreground", 0, 1);
    program.awaitLine("all");
    // Somebody of the run in a session of his own, as a daemon of an agent's would be.
    ProcessBuilder daemon = new ProcessBuilder("setsid", "sleep", "300");
    daemon.environment().put("KUGETSU_RUN", runs.token + ".foreground.0");
    Process escaped = daemon.start();
    program.die();
    SupervisedRuns.awaitStatus(runs.place("foreground-0"), "\nexit ");
    assertTrue(escaped.isAlive());

    ProcessTrees.Ended ended =
        RunDirectory.of(runs.place("foreground-0")).sweep(Duration.ofSeconds(5));

    assertEquals(1, ended.ended());
    assertTrue(escaped.waitFor(30, TimeUnit.SECONDS));
    assertEquals(RunState.CUT, RunDirectory.of(runs.place("foreground-0")).state());
  }

  @Test
  void case_24_each_jdk_reads_what_the_other_wrote() throws Exception {
    Path other = otherJava();
    Program program = new Program(other.toString(), Death.KILL, "background", 5, 1);
    program.awaitLine("all");
    assertEquals(RunState.RUNNING, RunDirectory.of(runs.place("background-5")).state());
    program.die();
    ProcessExit exit =
        SupervisedRuns.await(runs.runner.attach(runs.place("background-5"), Following.exitOnly()));
    assertEquals(5, exit.code().orElseThrow());

    SupervisedProcess mine = runs.start(runs.sh("exit 7"));
    SupervisedRuns.await(mine);
    assertEquals("EXITED 7", look(other, mine.runDirectory()));
    SupervisedProcess stopped = runs.start(runs.sh("echo up; sleep 300"));
    runs.lines.awaitLine("up");
    assertEquals("RUNNING", look(other, stopped.runDirectory()));
    stopped.stop(Duration.ofSeconds(5));
    SupervisedRuns.await(stopped);
    assertEquals("STOPPED 143", look(other, stopped.runDirectory()));
  }

  private static String look(Path java, Path directory) throws Exception {
    Process process =
        new ProcessBuilder(
                java.toString(),
                "-cp",
                ClassPath.current(),
                Looking.class.getName(),
                "" + directory)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return said.strip();
  }

  /** The program that looks at a run directory. */
  static final class Looking {
    private Looking() {}

    public static void main(String[] args) {
      RunDirectory run = RunDirectory.of(Path.of(args[0]));
      RunState state = run.state();
      System.out.println(
          state + (run.status().code().isPresent() ? " " + run.status().code().getAsInt() : ""));
    }
  }

  private static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  /** A JDK of another version; this one where there is no other. */
  private static Path otherJava() throws IOException {
    Path home = Path.of(System.getProperty("java.home")).toRealPath();
    try (Stream<Path> all =
        Files.isDirectory(Path.of("/usr/lib/jvm"))
            ? Files.list(Path.of("/usr/lib/jvm"))
            : Stream.of()) {
      return all.map(path -> path.resolve("bin/java"))
          .filter(Files::isExecutable)
          .filter(path -> !real(path).startsWith(home))
          .filter(path -> real(path).getParent().getParent().resolve("release").toFile().exists())
          .findFirst()
          .orElse(home.resolve("bin/java"));
    }
  }

  private static Path real(Path path) {
    try {
      return path.toRealPath();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A JVM that runs {@link SupervisingMain} and will die. */
  private final class Program {
    private final Death death;
    private final Process process;
    private final BufferedReader said;

    Program(String java, Death death, String kind, int from, int count) throws Exception {
      this.death = death;
      List<String> words =
          List.of(
              java,
              "-XX:TieredStopAtLevel=1",
              "-cp",
              ClassPath.current(),
              SupervisingMain.class.getName(),
              runs.token,
              runs.place("").toString(),
              kind,
              "" + from,
              "" + count,
              kind.equals("background") ? "" + LINES : "1000000");
      List<String> argv = new ArrayList<>();
      if (death == Death.INTERRUPT_AT_THE_TERMINAL || death == Death.HANG_UP_OF_THE_TERMINAL) {
        Assumptions.assumeTrue(
            OwnSession.find("script").isPresent(), "script(1) of util-linux is not here");
        Signals.assumeNotIgnored();
        argv.addAll(List.of("script", "-qec", "exec " + String.join(" ", words), "/dev/null"));
      } else {
        argv.add("setsid");
        argv.addAll(words);
      }
      process = new ProcessBuilder(argv).redirectError(ProcessBuilder.Redirect.INHERIT).start();
      said =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    void awaitLine(String line) throws IOException {
      for (String next; (next = said.readLine()) != null; ) {
        if (next.strip().equals(line)) {
          return;
        }
      }
      throw new AssertionError("the program ended before it said " + line);
    }

    void die() throws Exception {
      switch (death) {
        case KILL -> process.destroyForcibly();
        case KILL_OF_ITS_GROUP ->
            new ProcessBuilder("sh", "-c", "kill -KILL -" + process.pid()).start().waitFor();
        case INTERRUPT_AT_THE_TERMINAL -> {
          process.getOutputStream().write(3);
          process.getOutputStream().flush();
        }
        case HANG_UP_OF_THE_TERMINAL -> process.destroyForcibly();
      }
      assertTrue(process.waitFor(60, TimeUnit.SECONDS));
      SupervisedRuns.await("the JVM is gone", () -> jvms().isEmpty());
    }

    private List<Long> jvms() {
      return ProcessHandle.allProcesses()
          .filter(
              handle ->
                  Stream.of(handle.info().arguments().orElse(new String[0]))
                      .anyMatch(runs.token::equals))
          .filter(handle -> Runs.lives(handle.pid()))
          .map(ProcessHandle::pid)
          .toList();
    }
  }
}
