package io.kugetsu.bench;

import io.kugetsu.task.BackgroundManager;
import io.kugetsu.task.CommandSpec.Runner;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * What a command costs that does nothing, from its start until its end is known. On pipes and
 * without a record the floor is a bare process builder with the same redirects. Supervised and with
 * durable records it is the supervisor alone and three durable writes of a record.
 */
final class StartToExit {
  private static final int WARM_UP = 500;
  private static final int ROUNDS = 400;
  private static final String NOTHING = "/bin/true";
  private static final String SUPERVISOR = readSupervisor();

  private final Path scratch;
  private int round;

  private StartToExit(Path scratch) {
    this.scratch = scratch;
  }

  private static String readSupervisor() {
    try (InputStream text =
        BackgroundManager.class.getResourceAsStream("/io/kugetsu/process/supervisor.sh")) {
      return new String(Objects.requireNonNull(text).readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.isBlank() && !line.stripLeading().startsWith("#"))
          .collect(Collectors.joining("\n"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static List<Figure> measure(Path scratch) throws Exception {
    StartToExit bench = new StartToExit(scratch);
    Rounds pipes;
    Rounds supervised;
    try (BackgroundManager tasks = Tasks.open(scratch.resolve("state"))) {
      pipes =
          Rounds.interleaved(
              WARM_UP,
              ROUNDS,
              () ->
                  Tasks.awaitEnd(tasks.start(Tasks.command(scratch, NOTHING).runner(Runner.PIPES))),
              bench::bareOnPipes);
      supervised =
          Rounds.interleaved(
              WARM_UP,
              ROUNDS,
              () -> Tasks.awaitEnd(tasks.start(Tasks.command(scratch, NOTHING).background())),
              bench::bareSupervisor);
    }
    return List.of(
        pipes.percentile("p50, pipes, no record", 50, Goal.timesFloor(1.5)),
        pipes.percentile("p99, pipes, no record", 99, Goal.none()),
        supervised.percentile("p50, supervised, durable", 50, Goal.timesFloor(1.3)),
        supervised.percentile("p99, supervised, durable", 99, Goal.none()));
  }

  private void bareOnPipes() throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(NOTHING)
            .directory(scratch.toFile())
            .redirectErrorStream(true)
            .redirectInput(new File("/dev/null"));
    Process process = builder.start();
    try (InputStream output = process.getInputStream()) {
      output.readAllBytes();
    }
    process.waitFor();
  }

  private void bareSupervisor() throws Exception {
    Path run = Files.createDirectory(scratch.resolve("bare-" + round++));
    byte[] record = new byte[900];
    Path file = run.resolve("record");
    Floors.durableWrite(file, record);
    Process process = supervisor(run, scratch, NOTHING);
    Floors.durableWrite(file, record);
    process.waitFor();
    Floors.durableWrite(file, record);
  }

  /** A command under nothing but its supervisor. */
  static Process supervisor(Path run, Path directory, String... command) throws IOException {
    for (String name : new String[] {"output.log", "status", "permit.claim"}) {
      Files.createFile(run.resolve(name));
    }
    List<String> words =
        new ArrayList<>(
            List.of(
                "setsid",
                "/bin/sh",
                "-c",
                SUPERVISOR,
                "sup",
                run.toString(),
                "own-reap",
                run.resolve("permit").toString(),
                run.resolve("wake").toString()));
    words.addAll(List.of(command));
    return new ProcessBuilder(words)
        .directory(directory.toFile())
        .redirectInput(new File("/dev/null"))
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }
}
