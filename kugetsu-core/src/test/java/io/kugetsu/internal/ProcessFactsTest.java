package io.kugetsu.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.support.Leaderless;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class ProcessFactsTest {
  private final long pid = ProcessFacts.ownPid();
  private final long ticks = ProcessFacts.startTicks(pid).orElseThrow();

  @Test
  void this_process_lives_and_another_start_or_boot_is_another_process() {
    String boot = ProcessFacts.bootId();
    assertTrue(ProcessFacts.isAlive(pid, ticks, boot));
    assertTrue(ProcessFacts.isAlive(pid, ticks, ""));
    assertFalse(ProcessFacts.isAlive(pid, ticks + 1, boot));
    Assumptions.assumeFalse(boot.isEmpty());
    assertFalse(ProcessFacts.isAlive(pid, ticks, "another boot"));
  }

  @Test
  void a_process_that_ended_is_dead() throws Exception {
    Process process = new ProcessBuilder("sleep", "60").start();
    long started = ProcessFacts.startTicks(process.pid()).orElseThrow();
    assertTrue(ProcessFacts.isAlive(process.pid(), started, ""));
    process.destroyForcibly().waitFor();
    assertFalse(ProcessFacts.isAlive(process.pid(), started, ""));
    assertEquals(OptionalLong.empty(), ProcessFacts.startTicks(process.pid()));
  }

  @Test
  void a_zombie_is_dead() throws Exception {
    Assumptions.assumeTrue(Files.isReadable(Path.of("/proc/self/stat")));
    // The shell becomes a program that never asks how its child ended.
    Process parent = new ProcessBuilder("sh", "-c", "sleep 60 & echo $!; exec sleep 61").start();
    try {
      long zombie = Long.parseLong(parent.inputReader().readLine());
      while (!read(parent.pid(), "cmdline").startsWith("sleep")) {
        Thread.onSpinWait();
      }
      long started = ProcessFacts.startTicks(zombie).orElseThrow();
      ProcessHandle.of(zombie).orElseThrow().destroyForcibly();
      while (!read(zombie, "stat").contains(") Z ")) {
        Thread.onSpinWait();
      }
      assertEquals(OptionalLong.empty(), ProcessFacts.startTicks(zombie));
      assertFalse(ProcessFacts.isAlive(zombie, started, ""));
    } finally {
      parent.destroyForcibly().waitFor();
    }
  }

  /** Its variables are gone before it is a zombie: who cannot be read is no secretive stranger. */
  @Test
  void a_process_whose_variables_are_gone_is_ending() throws Exception {
    Assumptions.assumeTrue(Files.isReadable(Path.of("/proc/self/stat")));
    assertFalse(ProcessFacts.isEnding(pid));
    for (int i = 0; i < 200; i++) {
      Process process = new ProcessBuilder("git", "--version").start();
      try {
        while (true) {
          read(process.pid(), "environ");
        }
      } catch (IOException e) {
        assertTrue(ProcessFacts.isEnding(process.pid()), e + ", process " + i);
      } finally {
        process.waitFor();
      }
    }
  }

  @Test
  void a_process_lives_on_without_its_first_thread() throws Exception {
    Process process = new ProcessBuilder(Leaderless.words(true)).start();
    try {
      assertEquals("up " + process.pid(), process.inputReader().readLine());
      long started = ProcessFacts.startTicks(process.pid()).orElseThrow();
      assertTrue(ProcessFacts.isAlive(process.pid(), started, ""));
      assertFalse(ProcessFacts.isEnding(process.pid()));
    } finally {
      process.destroyForcibly().waitFor();
    }
    assertEquals(OptionalLong.empty(), ProcessFacts.startTicks(process.pid()));
    assertTrue(ProcessFacts.isEnding(process.pid()));
  }

  private static String read(long pid, String name) throws IOException {
    return Files.readString(Path.of("/proc/" + pid + "/" + name));
  }

  @Test
  void the_start_is_the_raw_field_whatever_the_command_is_called() throws Exception {
    Assumptions.assumeTrue(Files.isReadable(Path.of("/proc/self/stat")));
    String stat = Files.readString(Path.of("/proc/self/stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    assertEquals(Long.parseLong(fields[19]), ticks);
  }
}
