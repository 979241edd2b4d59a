package io.kugetsu.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchmarksTest {
  private static final Duration LONG = Duration.ofMinutes(1);

  @TempDir Path directory;
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
  private final List<String> ran = new ArrayList<>();
  private Path file;

  @BeforeEach
  void makeATable() throws IOException {
    file = directory.resolve("benchmarks.md");
    Files.writeString(file, FigureTable.BEGIN + "\n" + FigureTable.END);
  }

  @Test
  void withoutNamesAllRun() throws Exception {
    int code = benchmarks(withGoal("one", 2), withGoal("two", 2)).run(List.of(), LONG);

    assertEquals(Benchmarks.MET, code);
    assertEquals(List.of("one", "two"), ran);
    assertEquals(
        """
        name | measured | floor | ratio | goal | met
        one value | 2 ms | - | - | ≤ 2 ms | met
        two value | 2 ms | - | - | ≤ 2 ms | met
        """,
        printed());
    assertTrue(Files.readString(file).contains("| two value | 2 ms | - | - | ≤ 2 ms | met | 2026"));
  }

  @Test
  void onlyTheNamedRun() throws Exception {
    int code = benchmarks(withGoal("one", 2), withGoal("two", 1)).run(List.of("one"), LONG);

    assertEquals(Benchmarks.MET, code);
    assertEquals(List.of("one"), ran);
  }

  @Test
  void anUnmetGoalEndsWithOneAfterAllHaveRun() throws Exception {
    int code = benchmarks(withGoal("one", 1), withGoal("two", 2)).run(List.of(), LONG);

    assertEquals(Benchmarks.UNMET, code);
    assertEquals(List.of("one", "two"), ran);
    assertTrue(printed().contains("one value | 2 ms | - | - | ≤ 1 ms | unmet"), printed());
  }

  @Test
  void anUnknownNameEndsWithTwoBeforeAnythingRuns() throws Exception {
    int code = benchmarks(withGoal("one", 2)).run(List.of("one", "three"), LONG);

    assertEquals(Benchmarks.UNKNOWN, code);
    assertEquals(List.of(), ran);
    assertEquals("unknown: three; the benchmarks are: one\n", printed());
  }

  @Test
  void aFailureIsUnmetAndTheNextRuns() throws Exception {
    Benchmark failing =
        Benchmark.of(
            "failing",
            scratch -> {
              throw new IOException("the disk is full");
            });

    int code = benchmarks(failing, withGoal("one", 2)).run(List.of(), LONG);

    assertEquals(Benchmarks.UNMET, code);
    assertEquals(List.of("one"), ran);
    assertTrue(printed().contains("the disk is full"), printed());
  }

  @Test
  void whoTakesTooLongIsUnmetAndInterrupted() throws Exception {
    CountDownLatch interrupted = new CountDownLatch(1);
    Benchmark endless =
        Benchmark.of(
            "endless",
            scratch -> {
              try {
                new CountDownLatch(1).await();
              } finally {
                interrupted.countDown();
              }
              return List.of();
            });

    int code = benchmarks(endless, withGoal("one", 2)).run(List.of(), Duration.ofMillis(50));

    assertEquals(Benchmarks.UNMET, code);
    assertEquals(List.of(), ran);
    assertTrue(printed().contains("endless | - | - | - | done in time | unmet"), printed());
    assertTrue(printed().contains("one | - | - | - | done in time | unmet"), printed());
    interrupted.await();
  }

  @Test
  void theScratchDirectoryIsDeleted() throws Exception {
    List<Path> given = new ArrayList<>();
    Benchmark writing =
        Benchmark.of(
            "writing",
            scratch -> {
              given.add(scratch);
              Files.writeString(Files.createDirectory(scratch.resolve("below")).resolve("f"), "x");
              return List.of();
            });

    benchmarks(writing).run(List.of(), LONG);

    assertFalse(Files.exists(given.get(0)));
  }

  @Test
  void percentilesAreSamplesThatWereSeen() {
    Samples samples = new Samples();
    for (int i = 1_000; i >= 1; i--) {
      samples.add(i * 1_000L);
    }

    assertEquals(1_000, samples.count());
    assertEquals(500, samples.medianMicros());
    assertEquals(990, samples.percentileMicros(99));
    assertEquals(1_000, samples.percentileMicros(100));
    assertEquals(1, samples.percentileMicros(0));
    assertTrue(Double.isNaN(new Samples().medianMicros()));
  }

  @Test
  void whatCannotBeMeasuredMeetsNoGoal() {
    assertFalse(new Figure("x", "ms", Double.NaN, 1, Goal.timesFloor(2)).isMet());
    assertFalse(Figure.of("x", "ms", Double.NaN, Goal.atMost(1)).isMet());
    assertFalse(Figure.of("x", "/s", 9, Goal.atLeast(10)).isMet());
    assertTrue(Figure.of("x", "/s", 10, Goal.atLeast(10)).isMet());
  }

  @Test
  void roundsTakeTurns() throws Exception {
    StringBuilder turns = new StringBuilder();

    Rounds rounds = Rounds.interleaved(1, 4, () -> turns.append('a'), () -> turns.append('b'));

    assertEquals("ab" + "abbaabba", turns.toString());
    assertEquals(4, rounds.measured().count());
    assertEquals(4, rounds.floor().count());
  }

  private Benchmarks benchmarks(Benchmark... known) {
    return new Benchmarks(
        List.of(known),
        new FigureTable(file),
        new PrintStream(printed, true, StandardCharsets.UTF_8),
        Clock.fixed(Instant.parse("2026-11-20T10:00:00Z"), ZoneOffset.UTC));
  }

  private Benchmark withGoal(String name, double bound) {
    return Benchmark.of(
        name,
        scratch -> {
          ran.add(name);
          return List.of(Figure.of("value", "ms", 2, Goal.atMost(bound)));
        });
  }

  private String printed() {
    return printed.toString(StandardCharsets.UTF_8);
  }
}
