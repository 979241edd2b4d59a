package io.kugetsu.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A runner and a marker for one test, and after it the proof that neither a process nor a thread is
 * left. It looks for processes in its own way, so that it would see what the library overlooks.
 */
final class Runs implements AfterEachCallback {
  static final Duration LONG = Duration.ofSeconds(30);
  static final Map<String, String> PATH = Map.of("PATH", "/usr/bin:/bin");

  final String marker = "test-" + UUID.randomUUID();
  final PipeRunner runner = new PipeRunner();
  final Lines lines = new Lines();

  /** A shell script as a spec, with this test's marker and lines. */
  ProcessSpec.Builder sh(String script, String... arguments) {
    return command(
        Stream.concat(Stream.of("/bin/sh", "-c", script, "sh"), Stream.of(arguments))
            .toArray(String[]::new));
  }

  /** A command as a spec, with this test's marker and lines. */
  ProcessSpec.Builder command(String... argv) {
    return ProcessSpec.builder(List.of(argv), Path.of("/tmp"), PATH)
        .marker(marker)
        .lineListener(lines::add);
  }

  /** A class of the tests as a spec. */
  ProcessSpec.Builder java(Class<?> main, String... arguments) {
    return java(List.of(), main, arguments);
  }

  /** A class of the tests as a spec, in a JVM with options. */
  ProcessSpec.Builder java(List<String> options, Class<?> main, String... arguments) {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String path = System.getProperty("jdk.module.path", "");
    String classes = System.getProperty("java.class.path") + ":" + path;
    return command(
        Stream.of(
                Stream.of(java, "-XX:+UseSerialGC"),
                options.stream(),
                Stream.of("-cp", classes, main.getName()),
                Arrays.stream(arguments))
            .flatMap(words -> words)
            .toArray(String[]::new));
  }

  ProcessExit run(ProcessSpec.Builder spec) throws Exception {
    return await(runner.start(spec.build()));
  }

  static ProcessExit await(RunningProcess process) throws Exception {
    return process.exit().toCompletableFuture().get(LONG.toSeconds(), TimeUnit.SECONDS);
  }

  /** Living processes that carry this test's marker. */
  List<Long> survivors() throws IOException {
    List<Long> found = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (Path each : all) {
        try {
          String environ = Files.readString(each.resolve("environ"), StandardCharsets.ISO_8859_1);
          long pid = Long.parseLong(each.getFileName().toString());
          if (environ.contains(marker) && lives(pid)) {
            found.add(pid);
          }
        } catch (IOException e) {
          // It ended, or is not ours to read.
        }
      }
    }
    return found;
  }

  /** Whether a process lives; a zombie does not. */
  static boolean lives(long pid) {
    try {
      String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
      return !"ZX".contains(stat.substring(stat.lastIndexOf(')') + 2).substring(0, 1));
    } catch (IOException e) {
      return false;
    }
  }

  static List<String> threads() {
    return liveThreads().map(Thread::getName).toList();
  }

  private static Stream<Thread> liveThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("kugetsu-"));
  }

  static void joinThreads() throws InterruptedException {
    for (Thread thread : liveThreads().toList()) {
      thread.join(5_000);
    }
  }

  @Override
  public void afterEach(ExtensionContext context) throws Exception {
    List<Long> before = survivors();
    joinThreads();
    List<String> threads = threads();
    runner.close();
    for (List<Long> left = before; !left.isEmpty(); left = survivors()) {
      left.forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
    }
    assertEquals(List.of(), before, "no process of the test is left");
    assertEquals(List.of(), threads, "no thread of the library is left");
  }

  /** The lines a process has written. */
  static final class Lines {
    private final BlockingQueue<String> queue = new LinkedBlockingQueue<>();

    void add(String line) {
      queue.add(line);
    }

    /** The next line, waiting for it. */
    String next() throws InterruptedException {
      String line = queue.poll(LONG.toSeconds(), TimeUnit.SECONDS);
      assertNotNull(line, "a line should have come");
      return line;
    }

    /** Reads on until this line. */
    void awaitLine(String line) throws InterruptedException {
      while (!next().equals(line)) {
        // Others may come first.
      }
    }

    /** All that have come and were not read. */
    List<String> all() {
      List<String> taken = new ArrayList<>();
      queue.drainTo(taken);
      return taken;
    }
  }
}
