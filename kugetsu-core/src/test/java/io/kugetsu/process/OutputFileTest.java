package io.kugetsu.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.common.InvalidRequestException;
import io.kugetsu.common.StorageException;
import io.kugetsu.config.SecretMasker;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputFileTest {
  /** Digits are in secrets only, so that the smallest part of one can be seen. */
  private static final List<String> SECRETS =
      List.of(
          "73910", "4055-1234-9876-0000", "1".repeat(40), "86\u00fc42\u00df64", "2024".repeat(200));

  private static final SecretMasker MASKER =
      SecretMasker.of(
          Map.of(
              "A_TOKEN", "173910",
              "B_TOKEN", SECRETS.get(1),
              "C_TOKEN", SECRETS.get(2),
              "D_TOKEN", SECRETS.get(3),
              "E_TOKEN", SECRETS.get(4)));

  /** Knows one secret, and not where it is. */
  private static final UnaryOperator<String> PLAIN_MASKER =
      line -> line.replace(SECRETS.get(1), SecretMasker.MASK);

  @TempDir Path directory;
  private Path file;

  @BeforeEach
  void name_the_file() {
    file = directory.resolve("output.log");
  }

  @RepeatedTest(60)
  void all_pages_have_every_byte_once_and_no_part_of_a_secret(RepetitionInfo repetition)
      throws IOException {
    Random random = new Random(repetition.getCurrentRepetition());
    byte[] all = text(random, true).getBytes(StandardCharsets.UTF_8);
    Files.write(file, all);
    StringBuilder shown = new StringBuilder();
    long place = 0;
    int most = 4 + random.nextInt(random.nextBoolean() ? 30 : 3_000);

    for (OutputPage page; ; ) {
      page = OutputFile.read(file, place, 4 + random.nextInt(most), MASKER, true);
      assertEquals(place, page.from());
      assertEquals(all.length, page.size());
      assertTrue(page.to() > place || page.end(), "it goes on");
      shown.append(page.text());
      place = page.to();
      if (page.end()) {
        break;
      }
    }

    assertEquals(all.length, place);
    assertEquals(masked(new String(all, StandardCharsets.UTF_8), MASKER), once(shown.toString()));
    assertFalse(shown.chars().anyMatch(Character::isDigit), shown.toString());
  }

  @RepeatedTest(60)
  void while_it_grows_no_part_of_a_secret_is_shown_either(RepetitionInfo repetition)
      throws IOException {
    Random random = new Random(1_000 + repetition.getCurrentRepetition());
    byte[] all = text(random, true).getBytes(StandardCharsets.UTF_8);
    StringBuilder shown = new StringBuilder();
    long place = 0;
    int written = 0;

    for (boolean end = false; !end; ) {
      int more = Math.min(all.length - written, random.nextInt(200));
      append(Arrays.copyOfRange(all, written, written + more));
      written += more;
      OutputPage page =
          OutputFile.read(file, place, 4 + random.nextInt(300), MASKER, written == all.length);
      assertEquals(place, page.from());
      shown.append(page.text());
      place = page.to();
      end = page.end();
    }

    assertEquals(all.length, place);
    assertEquals(masked(new String(all, StandardCharsets.UTF_8), MASKER), once(shown.toString()));
  }

  @RepeatedTest(60)
  void a_page_from_anywhere_shows_no_part_of_a_secret(RepetitionInfo repetition)
      throws IOException {
    Random random = new Random(2_000 + repetition.getCurrentRepetition());
    byte[] all = text(random, true).getBytes(StandardCharsets.UTF_8);
    Files.write(file, all);

    for (int i = 0; i < 50; i++) {
      boolean ended = random.nextBoolean();
      int maxBytes = 4 + random.nextInt(300);
      OutputPage page =
          OutputFile.read(file, random.nextInt(all.length + 1), maxBytes, MASKER, ended);
      OutputPage tail = OutputFile.tail(file, maxBytes, MASKER, ended);
      for (OutputPage each : List.of(page, tail)) {
        assertTrue(each.to() - each.from() <= maxBytes);
        assertFalse(each.text().chars().anyMatch(Character::isDigit), each.text());
        assertFalse(each.text().contains("\uFFFD"), "no half characters");
      }
    }
  }

  @RepeatedTest(30)
  void a_masker_that_tells_no_places_leaks_nothing_either(RepetitionInfo repetition)
      throws IOException {
    Random random = new Random(3_000 + repetition.getCurrentRepetition());
    byte[] all = text(random, false).getBytes(StandardCharsets.UTF_8);
    Files.write(file, all);
    StringBuilder shown = new StringBuilder();
    long place = 0;

    for (boolean end = false; !end; ) {
      OutputPage page = OutputFile.read(file, place, 4 + random.nextInt(40), PLAIN_MASKER, true);
      assertEquals(place, page.from());
      shown.append(page.text());
      place = page.to();
      end = page.end();
    }

    assertEquals(all.length, place);
    assertFalse(shown.chars().anyMatch(Character::isDigit), shown.toString());
  }

  @RepeatedTest(30)
  void without_a_masker_the_pages_are_the_text_whatever_bytes_it_has(RepetitionInfo repetition)
      throws IOException {
    Random random = new Random(4_000 + repetition.getCurrentRepetition());
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    while (bytes.size() < 3_000) {
      byte[] odd = new byte[random.nextInt(6)];
      random.nextBytes(odd);
      bytes.writeBytes(odd);
      bytes.writeBytes("aü€🐚".substring(random.nextInt(4)).getBytes(StandardCharsets.UTF_8));
    }
    Files.write(file, bytes.toByteArray());
    StringBuilder shown = new StringBuilder();
    long place = 0;
    int reads = 0;

    for (boolean end = false; !end; ) {
      OutputPage page = OutputFile.read(file, place, 4 + random.nextInt(20), null, true);
      assertEquals(place, page.from());
      shown.append(page.text());
      place = page.to();
      end = page.end();
      assertTrue(reads++ < bytes.size(), "a malformed byte stalls nothing");
    }

    assertEquals(bytes.toString(StandardCharsets.UTF_8), shown.toString());
  }

  @Test
  void a_page_ends_with_a_line_where_it_can() throws IOException {
    Files.writeString(file, "one\ntwo\nthree\nunfinished");

    assertEquals(new OutputPage(0, 8, "one\ntwo\n", 24, false), growing(0, 10));
    assertEquals(new OutputPage(8, 14, "three\n", 24, false), growing(8, 10));
    assertEquals(new OutputPage(14, 14, "", 24, false), growing(14, 100));
    assertEquals(
        new OutputPage(14, 24, "unfinished", 24, true),
        OutputFile.read(file, 14, 100, MASKER, true));
    assertEquals(
        new OutputPage(14, 24, "unfinished", 24, false),
        OutputFile.read(file, 14, 100, null, false));
    assertEquals(new OutputPage(24, 24, "", 24, false), growing(99, 10));
  }

  @Test
  void half_a_character_at_the_end_waits_for_its_other_half() throws IOException {
    byte[] shell = "🐚".getBytes(StandardCharsets.UTF_8);
    append(new byte[] {'a', shell[0], shell[1], shell[2]});

    assertEquals(new OutputPage(0, 1, "a", 4, false), OutputFile.read(file, 0, 9, null, false));
    assertEquals(new OutputPage(1, 1, "", 4, false), OutputFile.read(file, 1, 9, null, false));
    append(new byte[] {shell[3]});
    assertEquals(new OutputPage(1, 5, "🐚", 5, false), OutputFile.read(file, 1, 9, null, false));
    assertEquals(new OutputPage(5, 5, "", 5, false), OutputFile.read(file, 3, 9, null, false));
    append(new byte[] {(byte) 0xFF});
    assertEquals(
        new OutputPage(5, 6, "\uFFFD", 6, false), OutputFile.read(file, 5, 9, null, false));
  }

  @Test
  void the_tail_begins_with_a_line() throws IOException {
    Files.writeString(file, "first\nsecond 🐚\nthird\n");

    assertEquals("third\n", OutputFile.tail(file, 10, MASKER).text());
    assertEquals(23 - 18, OutputFile.tail(file, 10, MASKER).text().length() - 1);
    assertEquals("first\nsecond 🐚\nthird\n", OutputFile.tail(file, 1_000, MASKER).text());

    Files.writeString(file, "x".repeat(100) + "173910");
    assertEquals("xxxx" + SecretMasker.MASK, OutputFile.tail(file, 10, MASKER, true).text());
    assertEquals(SecretMasker.MASK, OutputFile.tail(file, 4, MASKER, true).text());
    assertEquals("", OutputFile.tail(file, 10, MASKER).text());
  }

  @Test
  void a_line_that_cannot_be_masked_is_withheld() throws IOException {
    Files.writeString(file, "one\nsecret\nthree\n");

    OutputPage page =
        OutputFile.read(
            file,
            0,
            100,
            line -> {
              if (line.startsWith("s")) {
                throw new IllegalStateException(line);
              }
              return line;
            });

    assertEquals("one\n[line withheld: it could not be masked]\nthree\n", page.text());
  }

  @Test
  void what_is_not_there_is_empty_and_what_cannot_be_read_is_told() throws IOException {
    assertEquals(new OutputPage(0, 0, "", 0, true), OutputFile.read(file, 7, 100, MASKER, true));
    assertEquals(new OutputPage(0, 0, "", 0, false), OutputFile.tail(file, 100, MASKER));
    assertEquals(0, OutputFile.size(file));
    Files.writeString(file, "12345");
    assertEquals(5, OutputFile.size(file));

    assertThrows(StorageException.class, () -> OutputFile.read(directory, 0, 100, MASKER));
    assertThrows(InvalidRequestException.class, () -> OutputFile.read(file, -1, 100, MASKER));
    assertThrows(InvalidRequestException.class, () -> OutputFile.read(file, 0, 3, MASKER));
    assertThrows(InvalidRequestException.class, () -> OutputFile.tail(file, 3, MASKER));
  }

  @Test
  void an_interrupt_neither_breaks_off_a_read_nor_gets_lost() throws IOException {
    Files.writeString(file, "one\n");
    Thread.currentThread().interrupt();
    try {
      assertEquals("one\n", OutputFile.read(file, 0, 100, MASKER).text());
    } finally {
      assertTrue(Thread.interrupted());
    }
  }

  @Test
  void a_page_of_a_huge_file_reads_no_more_than_it_needs() throws IOException {
    long size = 3L << 30;
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.seek(size - 6);
      sparse.write("\nlast\n".getBytes(StandardCharsets.UTF_8));
    }

    assertEquals(
        new OutputPage(size - 5, size, "last\n", size, true),
        OutputFile.tail(file, 1_000, MASKER, true));
    OutputPage middle = OutputFile.read(file, size / 2, 1_000, MASKER);
    assertEquals(size / 2 + 1_000, middle.to());
    assertEquals(16 << 20, OutputFile.read(file, 0, Integer.MAX_VALUE, null, true).to());
  }

  @Test
  void a_line_that_is_still_being_written_and_longer_than_all_pages_is_shown_up_to_the_margin()
      throws IOException {
    int margin = OutputWindow.MARGIN;
    append("x".repeat(margin + 100).getBytes(StandardCharsets.UTF_8));

    OutputPage first = growing(0, 1_000);
    assertEquals("x".repeat(100), first.text());
    assertEquals("", growing(first.to(), 1_000).text());
    append("\n".getBytes(StandardCharsets.UTF_8));
    assertEquals(1_000, growing(first.to(), 1_000).text().length());
  }

  private OutputPage growing(long from, int maxBytes) {
    return OutputFile.read(file, from, maxBytes, MASKER);
  }

  private void append(byte[] bytes) throws IOException {
    Files.write(file, bytes, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  /** Lines of all lengths, with secrets in them and characters of all lengths around them. */
  private static String text(Random random, boolean manySecrets) {
    StringBuilder text = new StringBuilder();
    List<String> pieces =
        new ArrayList<>(List.of("ab cd", "\u00fc\u00df", "\u20ac", "🐚", "x", " ", "\n", "\r\n"));
    pieces.addAll(manySecrets ? SECRETS.subList(1, 5) : SECRETS.subList(1, 2));
    if (manySecrets) {
      pieces.addAll(
          List.of("173910", " X_PASSWORD=1234 ", " MY_TOKEN='98 76' ", "see http://u:5678@h/ "));
    }
    while (text.length() < 2_000) {
      String piece = pieces.get(random.nextInt(pieces.size()));
      boolean mayTouch = manySecrets || !piece.equals(SECRETS.get(1));
      text.append(mayTouch ? piece : " " + piece + " ");
      if (random.nextInt(50) == 0) {
        text.append("long ".repeat(random.nextInt(200)));
      }
    }
    return text.toString();
  }

  private static String masked(String text, UnaryOperator<String> masker) {
    return once(Arrays.stream(text.split("\n", -1)).map(masker).collect(Collectors.joining("\n")));
  }

  /** A secret that lies across an edge is masked in both pages. */
  private static String once(String text) {
    return text.replaceAll("(?:\\*\\*\\*MASKED\\*\\*\\*)+", "***");
  }
}
