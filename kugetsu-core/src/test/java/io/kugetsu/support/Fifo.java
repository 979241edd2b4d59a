package io.kugetsu.support;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A named pipe between a test and a process: opening it waits for the other side, so both know
 * where the other one is without looking at a clock.
 */
public final class Fifo {
  private final Path path;

  private Fifo(Path path) {
    this.path = path;
  }

  public static Fifo create(Path path) throws Exception {
    Process made = new ProcessBuilder("mkfifo", path.toString()).inheritIO().start();
    if (made.waitFor() != 0) {
      throw new IOException("mkfifo " + path);
    }
    return new Fifo(path);
  }

  public Path path() {
    return path;
  }

  /** Waits until the other side writes a line, and gives it. */
  public String read() throws Exception {
    return CompletableFuture.supplyAsync(
            () -> {
              try (BufferedReader reader = Files.newBufferedReader(path)) {
                return reader.readLine();
              } catch (IOException e) {
                throw new IllegalStateException(e);
              }
            },
            action -> daemon(action).start())
        .get(60, TimeUnit.SECONDS);
  }

  /** Waits until the other side reads, and gives it a line. */
  public void write(String line) throws Exception {
    CompletableFuture.runAsync(
            () -> {
              try {
                Files.writeString(path, line + "\n");
              } catch (IOException e) {
                throw new IllegalStateException(e);
              }
            },
            action -> daemon(action).start())
        .get(60, TimeUnit.SECONDS);
  }

  private static Thread daemon(Runnable action) {
    Thread thread = new Thread(action, "test-fifo");
    thread.setDaemon(true);
    return thread;
  }
}
