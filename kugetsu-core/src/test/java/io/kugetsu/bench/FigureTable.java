package io.kugetsu.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The figures in a Markdown file: a table between two markers. Everything outside the markers, and
 * the rows of other benchmarks, are left as they are.
 */
final class FigureTable {
  static final String BEGIN = "<!-- figures: written by .ci/bench -->";
  static final String END = "<!-- end of figures -->";

  private static final List<String> HEAD =
      List.of(
          "| figure | measured | floor | ratio | goal | met | when and where |",
          "| --- | --- | --- | --- | --- | --- | --- |");

  private final Path file;

  FigureTable(Path file) {
    this.file = file;
  }

  /** Replaces the rows of one benchmark; those it no longer has are gone. */
  void replace(String benchmark, List<Figure> figures, String whenAndWhere) throws IOException {
    String text = Files.readString(file);
    int begin = text.indexOf(BEGIN);
    int end = text.indexOf(END, Math.max(begin, 0));
    if (begin < 0 || end < 0) {
      throw new IOException(file + " has no lines '" + BEGIN + "' and '" + END + "'");
    }
    List<String> rows = new ArrayList<>();
    for (String line : text.substring(begin + BEGIN.length(), end).lines().toList()) {
      boolean own = line.startsWith("| " + benchmark + " ");
      if (line.startsWith("|") && !HEAD.contains(line) && !own) {
        rows.add(line);
      }
    }
    for (Figure figure : figures) {
      rows.add(
          "| " + nameOf(benchmark, figure) + " | " + figure.row() + " | " + whenAndWhere + " |");
    }
    Collections.sort(rows);
    String table = String.join("\n", HEAD) + "\n" + String.join("\n", rows);
    String changed =
        text.substring(0, begin + BEGIN.length()) + "\n" + table + "\n" + text.substring(end);
    Path beside = file.resolveSibling(file.getFileName() + ".tmp");
    Files.writeString(beside, changed);
    Files.move(beside, file, StandardCopyOption.REPLACE_EXISTING);
  }

  static String nameOf(String benchmark, Figure figure) {
    return benchmark + " " + figure.name();
  }
}
