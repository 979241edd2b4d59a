package io.kugetsu.engine;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A JVM of its own that runs a main class of the tests; what it prints is collected by line. */
public final class ChildJvm implements AutoCloseable {
  private final Process process;
  private final List<String> lines = new ArrayList<>();
  private final Thread reader;

  public ChildJvm(Class<?> main, Object... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-Xshare:auto", "-cp", classPath()));
    command.add(main.getName());
    for (Object argument : arguments) {
      command.add(argument.toString());
    }
    process = new ProcessBuilder(command).redirectError(Redirect.INHERIT).start();
    reader = new Thread(this::read, "reader of a child");
    reader.setDaemon(true);
    reader.start();
  }

  private static String classPath() {
    Path target = Path.of(System.getProperty("basedir", "")).resolve("target");
    return Stream.of(
            target.resolve("test-classes").toString(),
            target.resolve("classes").toString(),
            System.getProperty("jdk.module.path"),
            System.getProperty("java.class.path"))
        .filter(Objects::nonNull)
        .filter(part -> !part.isEmpty())
        .collect(Collectors.joining(System.getProperty("path.separator")));
  }

  private void read() {
    try (BufferedReader in =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        synchronized (lines) {
          lines.add(line);
          lines.notifyAll();
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public void awaitFirstLine() throws InterruptedException {
    awaitLines(1);
  }

  /** Waits until it has said so much, however slow the machine is. */
  public void awaitLines(int count) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    synchronized (lines) {
      while (lines.size() < count) {
        long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
        if (left <= 0) {
          throw new AssertionError("the child said no more than " + lines);
        }
        lines.wait(left);
      }
    }
  }

  /** Waits until it has said this line, however slow the machine is. */
  public void await(String line) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
    synchronized (lines) {
      while (!lines.contains(line)) {
        long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
        if (left <= 0 || !process.isAlive()) {
          throw new AssertionError("the child said no more than " + lines);
        }
        lines.wait(Math.min(left, 1_000));
      }
    }
  }

  /** Lets it run for a while and ends it with SIGKILL; tells when, on the monotonic clock. */
  public long killAfter(long millis) throws InterruptedException {
    process.waitFor(millis, TimeUnit.MILLISECONDS);
    long at = System.nanoTime();
    // Not by the process itself, which would close the stream before all that was said is read.
    process.toHandle().destroyForcibly();
    awaitEnd();
    return at;
  }

  public int awaitEnd() throws InterruptedException {
    if (!process.waitFor(120, TimeUnit.SECONDS)) {
      throw new AssertionError("the child does not end");
    }
    reader.join(60_000);
    return process.exitValue();
  }

  /** What it printed so far, whole lines only as long as each was printed at once. */
  public List<String> lines() {
    synchronized (lines) {
      return List.copyOf(lines);
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
