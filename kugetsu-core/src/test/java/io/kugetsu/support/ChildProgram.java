package io.kugetsu.support;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A JVM of its own that runs a main class of the tests, carries their mark, and is read line by
 * line.
 */
public final class ChildProgram implements AutoCloseable {
  private final Process process;
  private final BlockingQueue<String> unread = new LinkedBlockingQueue<>();
  private final List<String> lines = new ArrayList<>();
  private final Thread reader;

  private ChildProgram(List<String> command, Map<String, String> more) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectError(Redirect.INHERIT);
    builder.environment().putAll(TestRepository.IDENTITY);
    builder.environment().putAll(more);
    process = builder.start();
    reader = new Thread(this::read, "test-child");
    reader.setDaemon(true);
    reader.start();
  }

  public static ChildProgram start(Class<?> main, Object... arguments) throws IOException {
    return new ChildProgram(command(main, arguments), Map.of());
  }

  /** The same with more in its environment. */
  public static ChildProgram startWith(Map<String, String> more, Class<?> main, Object... arguments)
      throws IOException {
    return new ChildProgram(command(main, arguments), more);
  }

  /** The same under a terminal of its own, whose keys are the process's standard input. */
  public static ChildProgram inTerminal(Class<?> main, Object... arguments) throws IOException {
    String quoted =
        command(main, arguments).stream()
            .map(word -> "'" + word + "'")
            .collect(Collectors.joining(" "));
    return new ChildProgram(List.of("script", "-qec", quoted, "/dev/null"), Map.of());
  }

  private static List<String> command(Class<?> main, Object... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.addAll(List.of("-cp", ClassPath.current(), main.getName()));
    Stream.of(arguments).map(Object::toString).forEach(command::add);
    return command;
  }

  private void read() {
    try (BufferedReader in =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        synchronized (lines) {
          lines.add(line);
        }
        unread.add(line);
      }
    } catch (IOException e) {
      unread.add("closed: " + e.getMessage()); // killed: what it said until then is what counts
    }
  }

  /** Waits for a line that begins so, and gives the rest of it. */
  public String await(String beginning) throws InterruptedException {
    while (true) {
      String line = unread.poll(60, TimeUnit.SECONDS);
      assertNotNull(line, () -> "the child does not say " + beginning + ": " + lines());
      if (line.startsWith(beginning)) {
        return line.substring(beginning.length()).strip();
      }
    }
  }

  /** What it has said so far. */
  public List<String> lines() {
    synchronized (lines) {
      return List.copyOf(lines);
    }
  }

  /** Lets it run for a while and ends it with SIGKILL. */
  public void killAfter(long millis) throws InterruptedException {
    boolean unused = process.waitFor(millis, TimeUnit.MILLISECONDS);
    kill();
  }

  /** The same, and everything that it has started is ended right after. */
  public void killAllAfter(long millis) throws InterruptedException {
    boolean unused = process.waitFor(millis, TimeUnit.MILLISECONDS);
    List<ProcessHandle> started = process.descendants().toList();
    kill();
    started.forEach(ProcessHandle::destroyForcibly);
  }

  public void kill() throws InterruptedException {
    process.destroyForcibly();
    assertEquals(true, process.waitFor(60, TimeUnit.SECONDS));
    reader.join(60_000);
  }

  /** Closes its standard input. */
  public void endInput() throws IOException {
    process.getOutputStream().close();
  }

  /** Types something into its terminal. */
  public void type(int key) throws IOException {
    process.getOutputStream().write(key);
    process.getOutputStream().flush();
  }

  public void awaitEnd() throws InterruptedException {
    assertEquals(true, process.waitFor(60, TimeUnit.SECONDS), "the child ends");
    reader.join(60_000);
  }

  /** Sends it a signal: STOP freezes it, CONT lets it go on. */
  public void signal(String name) throws Exception {
    Process sent = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
    assertEquals(0, sent.waitFor());
  }

  public long pid() {
    return process.pid();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
