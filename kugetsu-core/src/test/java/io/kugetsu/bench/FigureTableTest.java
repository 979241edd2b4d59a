package io.kugetsu.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FigureTableTest {
  private static final String HEAD =
      """
      | figure | measured | floor | ratio | goal | met | when and where |
      | --- | --- | --- | --- | --- | --- | --- |
      """;

  @TempDir Path directory;
  private Path file;

  @BeforeEach
  void chooseTheFile() {
    file = directory.resolve("benchmarks.md");
  }

  @Test
  void onlyTheOwnRowsAreReplaced() throws IOException {
    String before =
        """
        # Words before
        | write p50 | in a table of somebody else |
        """;
    String after = "\nWords after, without an end of line";
    Files.writeString(
        file,
        before
            + FigureTable.BEGIN
            + "\n"
            + HEAD
            + """
            | other p50 | 1 ms | - | - | - | - | then |
            | write gone | 2 ms | - | - | - | - | then |
            | write p50 | 2 ms | - | - | - | - | then |
            | write-more p50 | 3 ms | - | - | - | - | then |
            """
            + FigureTable.END
            + after);

    List<Figure> figures =
        List.of(
            new Figure("p50", "µs", 30, 20, Goal.timesFloor(1.4)),
            Figure.of("new", "", 0.25, Goal.atMost(0.5)));
    new FigureTable(file).replace("write", figures, "now");

    assertEquals(
        before
            + FigureTable.BEGIN
            + "\n"
            + HEAD
            + """
            | other p50 | 1 ms | - | - | - | - | then |
            | write new | 0.2500 | - | - | ≤ 0.5000 | met | now |
            | write p50 | 30 µs | 20 µs | 1.50 | ≤ 1.40 × floor | unmet | now |
            | write-more p50 | 3 ms | - | - | - | - | then |
            """
            + FigureTable.END
            + after,
        Files.readString(file));
    try (Stream<Path> left = Files.list(directory)) {
      assertEquals(List.of(file), left.toList());
    }
  }

  @Test
  void theFirstRowsComeIntoAnEmptyTable() throws IOException {
    Files.writeString(file, FigureTable.BEGIN + "\n" + FigureTable.END + "\n");

    new FigureTable(file)
        .replace("one", List.of(Figure.of("a", "ms", 1, Goal.none())), "somewhere");

    assertEquals(
        FigureTable.BEGIN
            + "\n"
            + HEAD
            + "| one a | 1 ms | - | - | - | - | somewhere |\n"
            + FigureTable.END
            + "\n",
        Files.readString(file));
  }

  @Test
  void writingTheSameTwiceChangesNothing() throws IOException {
    Files.writeString(file, FigureTable.BEGIN + "\n" + FigureTable.END);
    FigureTable table = new FigureTable(file);
    List<Figure> figures = List.of(Figure.of("a", "ms", 1, Goal.none()));

    table.replace("one", figures, "now");
    String once = Files.readString(file);
    table.replace("one", figures, "now");

    assertEquals(once, Files.readString(file));
  }

  @Test
  void withoutMarkersNothingIsWritten() throws IOException {
    Files.writeString(file, "a text");

    IOException e =
        assertThrows(
            IOException.class, () -> new FigureTable(file).replace("one", List.of(), "now"));

    assertTrue(e.getMessage().contains(FigureTable.BEGIN), e.getMessage());
    assertEquals("a text", Files.readString(file));
  }
}
