package io.kugetsu.agent.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.support.Fifo;
import io.kugetsu.support.LeakFree;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OpencodeDatabaseTest extends LeakFree {
  @TempDir Path temp;
  private Path program;
  private Map<String, String> environment;

  @BeforeEach
  void make_a_home() throws Exception {
    program = temp.resolve("opencode");
    environment =
        Map.of(
            "PATH", "/usr/bin:/bin", "HERE", temp.toString(), "OPENCODE_DB", database().toString());
  }

  @Test
  void a_second_start_waits_until_the_first_has_made_the_database() throws Exception {
    Fifo begun = Fifo.create(temp.resolve("begun"));
    Fifo goOn = Fifo.create(temp.resolve("go-on"));
    opencode(
        "echo \"$@\" > $HERE/arguments; : > $OPENCODE_DB; echo > $HERE/begun; read x < $HERE/go-on;"
            + " echo > $HERE/made");

    Thread first = new Thread(this::prepare);
    first.start();
    begun.read();
    FutureTask<Boolean> second =
        new FutureTask<>(
            () -> {
              prepare();
              return Files.exists(temp.resolve("made"));
            });
    Thread waiting = new Thread(second);
    waiting.start();
    awaitStandstill(waiting);
    goOn.write("");

    assertTrue(second.get(60, TimeUnit.SECONDS), "it went on with half a database");
    first.join(TimeUnit.SECONDS.toMillis(60));
    assertEquals("db path\n", Files.readString(temp.resolve("arguments")));
  }

  @Test
  void a_database_that_is_there_is_left_alone() throws Exception {
    Files.createFile(database());
    opencode("echo > $HERE/made");

    prepare();

    assertFalse(Files.exists(temp.resolve("made")));
  }

  @Test
  void an_opencode_that_fails_or_is_missing_is_left_for_the_run_to_tell() throws Exception {
    opencode("exit 1");
    prepare();

    Files.delete(program);
    prepare();
  }

  private Path database() {
    return temp.resolve("opencode.db");
  }

  private void prepare() {
    OpencodeDatabase.prepare(program.toString(), environment, temp.resolve("agents"));
  }

  private void opencode(String script) throws Exception {
    Files.writeString(program, "#!/bin/sh\n" + script + "\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
  }

  /** Until it waits for something, or has ended. */
  private static void awaitStandstill(Thread thread) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (thread.getState() == Thread.State.NEW || thread.getState() == Thread.State.RUNNABLE) {
      assertTrue(System.nanoTime() < end, "it neither waits nor ends");
      Thread.onSpinWait();
    }
  }
}
