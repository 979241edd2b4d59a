package io.kugetsu.process;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class PipeLogOnDemandTest {
  private static final int KEPT = PipeRunner.KEPT_BYTES;

  @RegisterExtension final Runs runs = new Runs();
  @TempDir Path directory;
  private Path log;

  @BeforeEach
  void name_the_log() {
    log = directory.resolve("output.log");
  }

  @Test
  void as_much_as_is_kept_makes_no_file() throws Exception {
    ProcessExit exit = runs.run(onDemand("yes 0123456 | head -c " + KEPT));

    assertTrue(exit.isSuccess() && exit.outputComplete());
    assertEquals(List.of(), files());
  }

  @Test
  void a_byte_more_makes_one_with_everything() throws Exception {
    ProcessExit exit = runs.run(onDemand("yes 0123456 | head -c " + (KEPT + 1)));

    assertTrue(exit.outputComplete());
    assertEquals("0123456\n".repeat(KEPT / 8) + "0", Files.readString(log));
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(log)));
  }

  /** Who looks for it beside would take a part for all of it, as nothing is in memory then. */
  @Test
  void whoever_finds_it_finds_all_of_it() throws Exception {
    AtomicBoolean early = new AtomicBoolean();
    Tail earlier =
        new Tail(KEPT) {
          @Override
          synchronized byte[] bytes(long from, long to) {
            early.set(Files.exists(log));
            return super.bytes(from, to);
          }
        };
    earlier.write(new byte[] {'a', 'b'}, 0, 2);
    try (SpillingLog file = new SpillingLog(log, earlier)) {
      file.flush();
      assertEquals("ab", Files.readString(log));
      file.write('c');
    }
    assertFalse(early.get());
    assertEquals("abc", Files.readString(log));
    assertEquals(List.of("output.log"), files());
  }

  @RepeatedTest(10)
  void asked_for_while_it_writes_it_has_every_byte_once_and_in_order() throws Exception {
    int lines = 100_000;
    PipeProcess process = runs.runner.start(onDemand("seq " + lines).build());
    runs.lines.awaitLine("1");

    assertTrue(process.keepLog());
    assertTrue(Files.exists(log));
    assertTrue(process.keepLog());

    assertTrue(Runs.await(process).outputComplete());
    assertArrayEquals(
        IntStream.rangeClosed(1, lines)
            .mapToObj(String::valueOf)
            .collect(Collectors.joining("\n", "", "\n"))
            .getBytes(StandardCharsets.UTF_8),
        Files.readAllBytes(log));
  }

  @Test
  void what_is_on_its_way_is_not_overlooked() throws Exception {
    CountDownLatch written = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    AtomicLong keptAtFlush = new AtomicLong(-1);
    Tail tail = new Tail(KEPT);
    OutputStream file =
        new OutputStream() {
          @Override
          public void write(int b) {
            written.countDown();
            try {
              goOn.await();
            } catch (InterruptedException e) {
              throw new IllegalStateException(e);
            }
          }

          @Override
          public void flush() {
            keptAtFlush.set(tail.written());
          }
        };
    try (OutputSink sink = new OutputSink("a test", file, runs.sh("exit").build(), tail)) {
      Thread writer = new Thread(() -> sink.accept(new byte[1], 1));
      Thread asker = new Thread(sink::flushLog);
      writer.start();
      written.await();
      asker.start();
      while (asker.getState() != Thread.State.BLOCKED && asker.isAlive()) {
        Thread.onSpinWait();
      }
      goOn.countDown();
      writer.join();
      asker.join();
    }

    assertEquals(1, keptAtFlush.get());
  }

  @Test
  void asked_for_in_between_it_has_what_came_before_at_once() throws Exception {
    PipeProcess process =
        runs.runner.start(
            onDemand("echo before; until [ -e $1 ]; do sleep 0.01; done; echo after", gate())
                .build());
    runs.lines.awaitLine("before");
    assertEquals(List.of(), files());

    assertTrue(process.keepLog());
    assertEquals("before\n", Files.readString(log));

    Files.createFile(Path.of(gate()));
    Runs.await(process);
    assertEquals("before\nafter\n", Files.readString(log));
  }

  @Test
  void asked_for_after_the_end_it_is_still_made() throws Exception {
    PipeProcess process = runs.runner.start(onDemand("echo all").build());
    Runs.await(process);
    Runs.joinThreads();

    assertTrue(process.keepLog());
    assertTrue(process.keepLog());

    assertEquals("all\n", Files.readString(log));
  }

  @Test
  void one_that_exists_is_appended_to() throws Exception {
    Files.writeString(log, "epoch 1\n");
    PipeProcess process = runs.runner.start(onDemand("echo epoch 2").build());
    Runs.await(process);
    assertEquals("epoch 1\n", Files.readString(log));

    process.keepLog();

    assertEquals("epoch 1\nepoch 2\n", Files.readString(log));
  }

  @Test
  void what_is_masked_is_in_it_masked() throws Exception {
    PipeProcess process =
        runs.runner.start(
            onDemand("echo one s3cret; until [ -e $1 ]; do sleep 0.01; done; echo s3cret", gate())
                .masker(line -> line.replace("s3cret", "***"))
                .build());
    runs.lines.awaitLine("one ***");
    process.keepLog();
    Files.createFile(Path.of(gate()));
    Runs.await(process);

    assertEquals("one ***\n***\n", Files.readString(log));
  }

  @Test
  void a_masked_line_longer_than_all_that_is_kept_is_whole() throws Exception {
    int length = 3 * KEPT;
    runs.run(
        onDemand("echo first; head -c " + length + " /dev/zero | tr '\\0' x; echo; echo last")
            .masker(line -> line.replace('x', 'y')));

    assertEquals("first\n" + "y".repeat(length) + "\nlast\n", Files.readString(log));
  }

  @Test
  void one_that_cannot_be_made_fails_no_process_and_is_told() throws Exception {
    Path nowhere = Files.createFile(directory.resolve("no-directory")).resolve("log");
    PipeProcess asked =
        runs.runner.start(
            runs.sh("echo up; until [ -e $1 ]; do sleep 0.01; done; exit 3", gate())
                .logFile(nowhere)
                .logOnDemand(true)
                .build());
    runs.lines.awaitLine("up");
    assertFalse(asked.keepLog());
    Files.createFile(Path.of(gate()));
    ProcessExit exit = Runs.await(asked);
    assertEquals(3, exit.code().orElseThrow());
    assertFalse(exit.outputComplete());

    ProcessExit flood =
        runs.run(
            runs.sh("yes | head -c " + 2 * KEPT + "; exit 4").logFile(nowhere).logOnDemand(true));
    assertEquals(4, flood.code().orElseThrow());
    assertFalse(flood.outputComplete());

    ProcessExit never = runs.run(runs.sh("echo 1").logFile(nowhere).logOnDemand(true));
    assertTrue(never.outputComplete(), "it was never needed");
  }

  @Test
  void without_a_log_file_there_is_none_to_keep() throws Exception {
    PipeProcess none = runs.runner.start(runs.sh("echo 1").logOnDemand(true).build());
    assertFalse(none.keepLog());
    Runs.await(none);

    PipeProcess usual = runs.runner.start(runs.sh("echo 1").logFile(log).build());
    assertTrue(usual.keepLog());
    Runs.await(usual);
    assertTrue(usual.keepLog());
    assertEquals("1\n", Files.readString(log));
  }

  @Test
  void what_never_ran_leaves_no_file() throws Exception {
    PipeProcess process = runs.runner.start(onDemand("sleep 300").build());
    process.stop(Duration.ZERO);
    Runs.await(process);

    assertEquals(List.of(), files());
  }

  private ProcessSpec.Builder onDemand(String script, String... arguments) {
    return runs.sh(script, arguments).logFile(log).logOnDemand(true);
  }

  private String gate() {
    return directory.resolve("gate").toString();
  }

  private List<String> files() throws IOException {
    try (Stream<Path> all = Files.list(directory)) {
      return all.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
