package io.kugetsu.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.common.InvalidRequestException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PipePagesTest {
  @RegisterExtension final Runs runs = new Runs();
  @TempDir Path directory;

  @Test
  void what_it_wrote_can_be_read_page_by_page_while_it_runs() throws Exception {
    Path gate = directory.resolve("gate");
    PipeProcess process =
        runs.runner.start(
            runs.sh(
                    "echo one; echo two; until [ -e $1 ]; do sleep 0.01; done; printf 'thr🐚'",
                    gate.toString())
                .build());
    runs.lines.awaitLine("two");

    assertEquals(new OutputPage(0, 4, "one\n", 8, false), process.output(0, 7));
    assertEquals(new OutputPage(4, 8, "two\n", 8, false), process.output(4, 7));
    assertEquals(new OutputPage(8, 8, "", 8, false), process.output(8, 7));
    assertEquals(new OutputPage(0, 8, "one\ntwo\n", 8, false), process.output(0, 100));

    Files.createFile(gate);
    Runs.await(process);
    assertEquals(new OutputPage(8, 11, "thr", 15, false), process.output(8, 4));
    assertEquals(new OutputPage(11, 15, "🐚", 15, true), process.output(11, 4));
    assertEquals(new OutputPage(15, 15, "", 15, true), process.output(13, 4));
    assertThrows(InvalidRequestException.class, () -> process.output(-1, 4));
    assertThrows(InvalidRequestException.class, () -> process.output(0, 3));
  }

  @Test
  void a_place_that_is_no_longer_kept_leads_to_the_first_that_is() throws Exception {
    PipeProcess process = runs.runner.start(runs.command("seq", "300000").build());
    Runs.await(process);
    String all =
        IntStream.rangeClosed(1, 300_000)
            .mapToObj(String::valueOf)
            .collect(Collectors.joining("\n", "", "\n"));

    StringBuilder read = new StringBuilder();
    OutputPage page = process.output(0, 1_000);
    assertEquals(all.length() - PipeRunner.KEPT_BYTES, page.from());
    for (; !page.end(); page = process.output(page.to(), 1_000)) {
      read.append(page.text());
    }
    read.append(page.text());

    assertEquals(all.substring(all.length() - PipeRunner.KEPT_BYTES), read.toString());
  }

  @Test
  void one_that_reads_along_gets_every_byte_once() throws Exception {
    PipeProcess process = runs.runner.start(runs.command("seq", "50000").build());
    StringBuilder read = new StringBuilder();

    OutputPage page;
    long place = 0;
    do {
      page = process.output(place, 10_000);
      assertEquals(place, page.from());
      read.append(page.text());
      place = page.to();
    } while (!page.end());

    assertEquals(
        IntStream.rangeClosed(1, 50_000)
            .mapToObj(String::valueOf)
            .collect(Collectors.joining("\n", "", "\n")),
        read.toString());
  }

  @Test
  void what_is_masked_is_read_masked() throws Exception {
    PipeProcess process =
        runs.runner.start(
            runs.sh("echo a s3cret; printf s3cret")
                .masker(line -> line.replace("s3cret", "***"))
                .build());
    Runs.await(process);

    assertEquals(new OutputPage(0, 9, "a ***\n***", 9, true), process.output(0, 100));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "log"})
  void a_flood_takes_no_more_memory_than_what_is_kept(String log) throws Exception {
    long mebibytes = 128;
    Path file = directory.resolve(log);

    ProcessExit exit =
        runs.run(
            runs.java(
                List.of("-Xmx48m"),
                FloodMain.class,
                Long.toString(mebibytes),
                log.isEmpty() ? "" : file.toString()));

    assertTrue(exit.isSuccess(), () -> runs.lines.all().toString());
    assertEquals("size " + (mebibytes << 20), runs.lines.next());
    String kept = runs.lines.next();
    assertTrue(Long.parseLong(kept.substring(5)) < 4 << 10, kept + " KiB");
    if (!log.isEmpty()) {
      assertEquals(mebibytes << 20, Files.size(file));
    }
  }

  @Test
  void why_the_output_is_not_complete_can_be_seen() throws Exception {
    InputStream broken =
        new InputStream() {
          @Override
          public int read() throws IOException {
            throw new IOException("no such luck");
          }
        };
    OutputPump pump =
        new OutputPump(
            broken, new OutputSink("a test", null, runs.sh("exit").build()), 0, () -> {});
    pump.run();
    assertTrue(pump.error().orElseThrow().contains("no such luck"));

    ProcessExit log =
        runs.run(
            runs.sh("yes | head -c 2000000; exit 0")
                .logFile(Files.createFile(directory.resolve("no-directory")).resolve("log"))
                .logOnDemand(true));
    assertTrue(log.isSuccess() && !log.outputComplete());
    assertTrue(log.outputError().orElseThrow().contains("log file"), log.toString());

    ProcessExit over = runs.run(runs.sh("yes").outputCeiling(1_000));
    assertEquals(Optional.empty(), over.outputError(), "the ceiling says it all");

    ProcessExit early = runs.run(runs.sh("echo 1; exec >&- 2>&-; read x; exit 0").stdin("\n"));
    assertTrue(early.isSuccess() && early.outputComplete());
    assertEquals(Optional.empty(), early.outputError());
  }
}
