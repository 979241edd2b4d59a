package io.kugetsu.process;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.common.StorageException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class PipeOutputTest {
  @RegisterExtension final Runs runs = new Runs();
  @TempDir Path directory;
  private Path log;

  @BeforeEach
  void name_the_log() {
    log = directory.resolve("output.log");
  }

  @Test
  void both_outputs_arrive_in_their_order() throws Exception {
    String script = "i=0; while [ $i -lt 2000 ]; do echo o$i; echo e$i >&2; i=$((i+1)); done";

    ProcessExit exit = runs.run(runs.sh(script).logFile(log));

    List<String> expected = new ArrayList<>();
    IntStream.range(0, 2000).forEach(i -> expected.addAll(List.of("o" + i, "e" + i)));
    assertEquals(expected, runs.lines.all());
    assertEquals(expected, Files.readAllLines(log));
    assertTrue(exit.outputComplete());
  }

  @Test
  void the_log_is_there_before_the_first_byte_and_only_for_its_owner() throws Exception {
    RunningProcess process = runs.runner.start(runs.sh("sleep 60").logFile(log).build());

    assertEquals("rw-------", permissions(log));
    process.stop(Duration.ZERO);
    Runs.await(process);
  }

  @Test
  void a_log_that_exists_is_appended_to_and_closed_to_others() throws Exception {
    Files.writeString(log, "before\n");
    Files.setPosixFilePermissions(log, PosixFilePermissions.fromString("rw-r--r--"));

    runs.run(runs.sh("echo after").logFile(log));

    assertEquals("before\nafter\n", Files.readString(log));
    assertEquals("rw-------", permissions(log));
  }

  @Test
  void a_log_that_cannot_be_made_starts_nothing() throws Exception {
    Path link = Files.createSymbolicLink(directory.resolve("link"), log);
    Path touched = directory.resolve("touched");

    for (Path bad : List.of(directory.resolve("no/such/log"), directory, link)) {
      ProcessSpec spec = runs.sh("touch " + touched).logFile(bad).build();
      assertThrows(StorageException.class, () -> runs.runner.start(spec));
    }

    assertFalse(Files.exists(touched));
    assertFalse(Files.exists(log));
  }

  @Test
  void a_log_that_cannot_be_written_stops_nothing_and_is_told() throws Exception {
    Path full = Path.of("/dev/full");
    ProcessSpec.Builder spec = runs.sh("echo one; echo two; exit 3");
    List<String> lines = new ArrayList<>();
    OutputSink sink =
        new OutputSink(
            "a test", Files.newOutputStream(full), spec.lineListener(lines::add).build());

    byte[] bytes = "one\ntwo\n".getBytes(StandardCharsets.UTF_8);
    sink.accept(bytes, bytes.length);
    sink.end();

    assertEquals(List.of("one", "two"), lines);
    assertFalse(sink.logIsComplete());
    sink.close();
  }

  @Test
  void a_flood_is_complete() throws Exception {
    long bytes = 64L << 20;
    AtomicLong seen = new AtomicLong();
    ProcessSpec.Builder flood =
        runs.sh("yes 0123456789abcdefghijklmnopqrstuvwxyz | head -c " + bytes + "; exit 9")
            .lineListener(line -> seen.addAndGet(line.length() + 1))
            .logFile(log);

    ProcessExit exit = runs.run(flood);

    assertEquals(9, exit.code().orElseThrow());
    assertTrue(exit.outputComplete());
    assertEquals(bytes, Files.size(log));
    // The last line has no end.
    assertEquals(bytes + 1, seen.get());
  }

  @Test
  void a_masked_flood_is_complete() throws Exception {
    ProcessSpec.Builder flood =
        runs.sh("yes 0123456789 | head -c " + (11 << 20))
            .masker(line -> line.replace("0123456789", "masked"))
            .logFile(log);

    assertTrue(runs.run(flood).outputComplete());

    assertEquals(7L << 20, Files.size(log));
    assertEquals(1 << 20, runs.lines.all().size());
  }

  @Test
  void characters_that_are_split_across_reads_stay_whole() throws Exception {
    ProcessSpec.Builder split =
        runs.sh(
                "printf 'gr\\303'; read x; printf '\\274\\303\\237e \\360\\237'; read x; "
                    + "printf '\\220\\232\\n'")
            .stdin("\n\n")
            .logFile(log);

    runs.run(split);

    assertEquals(List.of("grüße 🐚"), runs.lines.all());
    assertEquals("grüße 🐚\n", Files.readString(log));
  }

  @Test
  void what_is_no_utf_8_is_replaced_for_the_listener_and_kept_in_the_log() throws Exception {
    byte[] odd = {'a', (byte) 0xFF, (byte) 0xC3, 'b', '\r', '\n', 'c'};

    runs.run(runs.command("cat").stdin(odd).logFile(log));
    assertEquals(List.of("a\uFFFD\uFFFDb", "c"), runs.lines.all());
    assertArrayEquals(odd, Files.readAllBytes(log));

    Files.delete(log);
    runs.run(runs.command("cat").stdin(odd).logFile(log).masker(line -> line));
    assertArrayEquals(odd, Files.readAllBytes(log));
  }

  @Test
  void a_line_without_end_is_cut_for_the_listener_and_whole_in_the_log() throws Exception {
    ProcessSpec.Builder longLine =
        runs.sh("head -c 9000000 /dev/zero | tr '\\0' x; echo; echo next").logFile(log);

    runs.run(longLine);

    String cut = runs.lines.next();
    assertTrue(cut.startsWith("xxx") && cut.endsWith("x [line cut at 8388608 bytes]"));
    assertEquals((8 << 20) + " [line cut at 8388608 bytes]".length(), cut.length());
    assertEquals(List.of("next"), runs.lines.all());
    assertEquals(9_000_006, Files.size(log));
  }

  @Test
  void a_secret_reaches_neither_log_nor_tail_nor_listener() throws Exception {
    ProcessSpec.Builder leaky =
        runs.sh("printf 'a s3'; read x; printf 'cret b\\n'; printf 'last s3cret'")
            .stdin("\n")
            .masker(line -> line.replace("s3cret", "***"))
            .logFile(log);
    RunningProcess process = runs.runner.start(leaky.build());
    Runs.await(process);

    assertEquals(List.of("a *** b", "last ***"), runs.lines.all());
    assertEquals("a *** b\nlast ***", Files.readString(log));
    assertEquals("a *** b\nlast ***", process.tail(1000));
  }

  @Test
  void a_line_that_cannot_be_masked_is_withheld() throws Exception {
    ProcessSpec.Builder spec =
        runs.sh("echo one; echo s3cret; echo three")
            .masker(
                line -> {
                  if (line.startsWith("s")) {
                    throw new IllegalStateException("no");
                  }
                  return line;
                })
            .logFile(log);

    runs.run(spec);

    List<String> expected = List.of("one", "[line withheld: it could not be masked]", "three");
    assertEquals(expected, runs.lines.all());
    assertEquals(expected, Files.readAllLines(log));
  }

  @Test
  void a_listener_that_throws_goes_on_getting_lines() throws Exception {
    List<String> seen = new ArrayList<>();
    ProcessSpec.Builder spec =
        runs.sh("echo 1; echo 2; echo 3; exit 6")
            .logFile(log)
            .lineListener(
                line -> {
                  seen.add(line);
                  Thread.currentThread().interrupt();
                  if (line.equals("2")) {
                    throw new AssertionError("an error");
                  }
                  throw new IllegalStateException("an exception");
                });

    ProcessExit exit = runs.run(spec);

    assertEquals(6, exit.code().orElseThrow());
    assertEquals(List.of("1", "2", "3"), seen);
    assertEquals("1\n2\n3\n", Files.readString(log));
    assertTrue(exit.outputComplete());
  }

  @Test
  void a_listener_finds_in_the_log_what_it_is_told() throws Exception {
    List<Boolean> found = new ArrayList<>();
    ProcessSpec.Builder spec =
        runs.sh("echo 1; echo 2")
            .logFile(log)
            .lineListener(line -> found.add(read(log).contains(line + "\n")));

    runs.run(spec);

    assertEquals(List.of(true, true), found);
  }

  @Test
  void a_listener_that_blocks_does_not_hold_back_the_exit() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    List<String> seen = new ArrayList<>();
    ProcessSpec.Builder spec =
        runs.sh("echo 1; echo 2; exit 8")
            .lineListener(
                line -> {
                  seen.add(line);
                  awaitQuietly(release);
                });

    ProcessExit exit = runs.run(spec);
    release.countDown();
    Runs.joinThreads();

    assertEquals(8, exit.code().orElseThrow());
    assertFalse(exit.outputComplete());
    assertEquals(List.of("1"), seen, "nothing is told after the exit");
  }

  @Test
  void a_slow_listener_still_gets_everything() throws Exception {
    List<String> seen = new ArrayList<>();
    CountDownLatch never = new CountDownLatch(1);
    ProcessSpec.Builder spec =
        runs.sh("i=0; while [ $i -lt 40 ]; do echo $i; i=$((i+1)); done")
            .lineListener(
                line -> {
                  awaitQuietly(never, 20);
                  seen.add(line);
                });

    ProcessExit exit = runs.run(spec);

    assertTrue(exit.outputComplete());
    assertEquals(IntStream.range(0, 40).mapToObj(String::valueOf).toList(), seen);
  }

  @Test
  void a_blocked_listener_holds_the_process_back_but_not_a_stop() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    CountDownLatch first = new CountDownLatch(1);
    ProcessSpec.Builder spec =
        runs.sh("yes")
            .lineListener(
                line -> {
                  first.countDown();
                  awaitQuietly(release);
                });
    RunningProcess process = runs.runner.start(spec.build());
    first.await();

    process.stop(Duration.ofSeconds(5));

    assertTrue(Runs.await(process).stopped());
    release.countDown();
  }

  @Test
  void more_than_the_ceiling_ends_it() throws Exception {
    ProcessSpec.Builder spec = runs.sh("yes & yes").logFile(log).outputCeiling(1_000_001);

    ProcessExit exit = runs.run(spec);

    assertEquals(OptionalLong.of(1_000_001), exit.outputLimit());
    assertEquals(1_000_001, Files.size(log));
    assertFalse(exit.stopped());
    assertFalse(exit.outputComplete());
    assertFalse(exit.isSuccess());
    assertEquals(500_001, runs.lines.all().size());
  }

  @Test
  void exactly_the_ceiling_is_allowed() throws Exception {
    ProcessExit exit = runs.run(runs.sh("printf 12345").outputCeiling(5));

    assertEquals(OptionalLong.empty(), exit.outputLimit());
    assertTrue(exit.outputComplete());
  }

  @Test
  void the_tail_shows_the_end_while_it_runs_and_afterwards() throws Exception {
    Path gate = directory.resolve("gate");
    RunningProcess process =
        runs.runner.start(
            runs.sh(
                    "echo up; until [ -e $1 ]; do sleep 0.01; done; "
                        + "i=0; while [ $i -lt 9000 ]; do echo 🐚🐚$i; i=$((i+1)); done",
                    gate.toString())
                .build());
    runs.lines.awaitLine("up");
    assertEquals("up\n", process.tail(100));

    Files.createFile(gate);
    Runs.await(process);

    String all =
        IntStream.range(0, 9000).mapToObj(i -> "🐚🐚" + i + "\n").collect(Collectors.joining());
    assertEquals("8999\n", process.tail(5));
    assertEquals("8999\n", process.tail(8), "half a character is left out");
    assertEquals("🐚8999\n", process.tail(9));
    String longest = process.tail(Integer.MAX_VALUE);
    assertTrue(all.endsWith(longest));
    int length = longest.getBytes(StandardCharsets.UTF_8).length;
    assertTrue(length <= 65_536 && length > 65_532, length + " bytes");
    assertEquals("", process.tail(0));
    assertEquals("", process.tail(-1));
  }

  @Test
  void an_exit_is_seen_although_the_outputs_were_closed_long_before() throws Exception {
    RunningProcess process =
        runs.runner.start(
            runs.sh("echo up; exec >/dev/null 2>&1; read x; exit 7").stdin("\n").build());

    assertEquals(7, Runs.await(process).code().orElseThrow());
    assertEquals(List.of("up"), runs.lines.all());
  }

  private static String permissions(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    awaitQuietly(latch, 30_000);
  }

  private static void awaitQuietly(CountDownLatch latch, long millis) {
    try {
      latch.await(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
