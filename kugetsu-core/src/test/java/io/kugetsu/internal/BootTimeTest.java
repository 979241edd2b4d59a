package io.kugetsu.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class BootTimeTest {
  @Test
  void another_process_of_this_machine_sees_the_same_time() throws Exception {
    Assumptions.assumeTrue(Files.isReadable(Path.of("/proc/uptime")));
    long before = BootTime.sinceBootMillis().orElseThrow();
    Process process = new ProcessBuilder("cat", "/proc/uptime").start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    assertEquals(0, process.waitFor());
    long between = BootTime.parse(said).orElseThrow();
    long after = BootTime.sinceBootMillis().orElseThrow();
    assertTrue(before <= between && between <= after, before + " " + between + " " + after);
    assertTrue(before > 0);
  }

  @Test
  void an_interrupted_thread_can_look_and_stays_interrupted() {
    OptionalLong before = BootTime.sinceBootMillis();
    Thread.currentThread().interrupt();
    OptionalLong time = BootTime.sinceBootMillis();
    assertTrue(Thread.interrupted());
    assertEquals(before.isPresent(), time.isPresent());
  }

  @Test
  void reads_seconds_and_hundredths_whatever_the_language_of_the_machine() {
    assertEquals(OptionalLong.of(12_345_670), BootTime.parse("12345.67 54321.98\n"));
    assertEquals(OptionalLong.of(50), BootTime.parse("0.05 0.01"));
    for (String other : List.of("", "1,5 2", "12345.67", "-1.00 2.00", "1".repeat(30) + ".00 1")) {
      assertEquals(OptionalLong.empty(), BootTime.parse(other), other);
    }
  }
}
