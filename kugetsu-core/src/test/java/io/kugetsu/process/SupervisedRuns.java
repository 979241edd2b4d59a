package io.kugetsu.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A supervised runner with run directories of one test, and after it the proof that neither a
 * process nor a thread is left. It is a witness of its own: a process is the test's when the test's
 * token is in its environment, in its command line, or in the name of one of its standard streams.
 */
final class SupervisedRuns implements BeforeEachCallback, AfterEachCallback {
  static final Duration LONG = Duration.ofSeconds(60);

  /** So long that a test which waits for it fails. */
  static final Duration NEVER_OVER = Duration.ofMinutes(10);

  static final Map<String, String> PATH = Map.of("PATH", "/usr/bin:/bin");

  final String token = "test-" + UUID.randomUUID();
  final Runs.Lines lines = new Runs.Lines();
  final SupervisedRunner runner = new SupervisedRunner();
  private Path root = Path.of("/");
  private int count;

  @Override
  public void beforeEach(ExtensionContext context) throws IOException {
    root = Files.createTempDirectory(token);
  }

  /** A new directory for a run. */
  Path directory() throws IOException {
    return Files.createDirectory(root.resolve("run-" + ++count));
  }

  /** A place for a file of the test. */
  Path place(String name) {
    return root.resolve(name);
  }

  /** A shell script as a spec, with a directory, a marker and this test's lines. */
  ProcessSpec.Builder sh(String script, String... arguments) throws IOException {
    return command(
        Stream.concat(Stream.of("/bin/sh", "-c", script, "sh"), Stream.of(arguments))
            .toArray(String[]::new));
  }

  /** A command as a spec, with a directory, a marker and this test's lines. */
  ProcessSpec.Builder command(String... argv) throws IOException {
    return quiet(argv).lineListener(lines::add);
  }

  /** A command as a spec, with a directory and a marker. */
  ProcessSpec.Builder quiet(String... argv) throws IOException {
    Path directory = directory();
    return ProcessSpec.builder(List.of(argv), root, PATH)
        .runDirectory(directory)
        .marker(token + "." + directory.getFileName());
  }

  SupervisedProcess start(ProcessSpec.Builder spec) {
    return runner.start(spec.build());
  }

  ProcessExit run(ProcessSpec.Builder spec) throws Exception {
    return await(start(spec));
  }

  static ProcessExit await(RunningProcess process) throws Exception {
    return process.exit().toCompletableFuture().get(LONG.toSeconds(), TimeUnit.SECONDS);
  }

  static String status(SupervisedProcess run) throws IOException {
    return Files.readString(run.runDirectory().resolve("status"));
  }

  static String output(SupervisedProcess run) throws IOException {
    return Files.readString(run.runDirectory().resolve("output.log"));
  }

  /** Waits for what nothing tells about. */
  static void await(String what, BooleanSupplier condition) {
    long giveUp = System.nanoTime() + LONG.toNanos();
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < giveUp, what);
      Thread.onSpinWait();
    }
  }

  /** Waits until somebody has written a line into a run's status. */
  static void awaitStatus(Path directory, String line) {
    await(
        line + " in the status",
        () -> {
          try {
            return Files.readString(directory.resolve("status")).contains(line);
          } catch (IOException e) {
            return false;
          }
        });
  }

  /** Living processes of this test. */
  Set<Long> survivors() throws IOException {
    Set<Long> found = new TreeSet<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (Path each : all) {
        long pid = Long.parseLong(each.getFileName().toString());
        if (pid != ProcessHandle.current().pid() && isOurs(each) && Runs.lives(pid)) {
          found.add(pid);
        }
      }
    }
    return found;
  }

  private boolean isOurs(Path process) {
    for (String file : List.of("environ", "cmdline")) {
      try {
        byte[] text = Files.readAllBytes(process.resolve(file));
        if (new String(text, StandardCharsets.ISO_8859_1).contains(token)) {
          return true;
        }
      } catch (IOException e) {
        // It ended, or is not ours to read.
      }
    }
    for (int stream = 0; stream < 3; stream++) {
      try {
        Path open = Files.readSymbolicLink(process.resolve("fd").resolve("" + stream));
        if (open.toString().contains(token)) {
          return true;
        }
      } catch (IOException e) {
        // The same.
      }
    }
    return false;
  }

  @Override
  public void afterEach(ExtensionContext context) throws Exception {
    Set<Long> before = survivors();
    runner.close();
    List<String> threads = new ArrayList<>();
    Runs.joinThreads();
    threads.addAll(Runs.threads());
    for (Set<Long> left = survivors(); !left.isEmpty(); left = survivors()) {
      left.forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
    }
    deleteAll(root.toFile());
    assertEquals(Set.of(), before, "no process of the test is left");
    assertEquals(List.of(), threads, "no thread of the library is left");
  }

  private static void deleteAll(File file) {
    File[] inside = file.listFiles();
    for (File each : inside == null ? new File[0] : inside) {
      deleteAll(each);
    }
    file.delete();
  }
}
