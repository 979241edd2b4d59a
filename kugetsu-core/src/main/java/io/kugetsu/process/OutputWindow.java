package io.kugetsu.process;

import io.kugetsu.common.InvalidRequestException;
import java.nio.charset.StandardCharsets;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A part of an output that is wider than the page that shall be cut out of it, so that the lines at
 * the page's edges are known as well.
 *
 * @param from the place of the first byte
 * @param bytes the bytes
 * @param size how many there were in all
 */
record OutputWindow(long from, byte[] bytes, long size) {
  /** How far a line is looked at to both sides of a page. No secret is longer. */
  static final int MARGIN = 64 << 10;

  /** The fewest bytes a page may have: a whole character. */
  private static final int LEAST = 4;

  private static final int MOST = 16 << 20;

  /** How many bytes a page may have at most, of one that was asked for in this way. */
  static int checked(long from, int maxBytes) {
    if (from < 0 || maxBytes < LEAST) {
      throw new InvalidRequestException(
          "a page begins at 0 or later and has at least 4 bytes; asked for were "
              + maxBytes
              + " from "
              + from);
    }
    return Math.min(maxBytes, MOST);
  }

  /**
   * Cuts a page out.
   *
   * @param wanted where it shall begin
   * @param maxBytes how long it may be, as it was {@link #checked}
   * @param masker masks a line; null to show everything
   * @param ended whether nothing can follow any more
   */
  OutputPage page(
      long wanted, int maxBytes, @Nullable UnaryOperator<String> masker, boolean ended) {
    int start = start(wanted);
    int limit = (int) Math.min(bytes.length, (long) start + maxBytes);
    int end = Math.max(start, end(start, limit, masker != null, ended));
    String text = masker == null ? text(start, end) : masked(start, end, new PageMask(masker));
    return new OutputPage(from + start, from + end, text, size, ended && from + end == size);
  }

  /** Where the first line begins that begins at or after this place, if one does. */
  long nextLine(long place) {
    int at = (int) (place - from);
    int newline = at == 0 ? 0 : next('\n', at - 1) + 1;
    return newline >= bytes.length ? place : from + newline;
  }

  private int start(long wanted) {
    int at = (int) Math.max(0, Math.min(bytes.length, wanted - from));
    return at == 0 && from == 0 ? 0 : Utf8.boundary(bytes, at, bytes.length);
  }

  private int end(int start, int limit, boolean masked, boolean ended) {
    boolean isLast = from + limit == size;
    if (isLast && ended) {
      return limit;
    }
    if (isLast && !masked) {
      return Utf8.wholeLength(bytes, limit);
    }
    int line = limit;
    while (line > start && bytes[line - 1] != '\n') {
      line--;
    }
    if (line > start) {
      return line;
    }
    // The line is longer than the page. What is not whole yet may be the first half of a secret.
    boolean isWhole =
        !masked || next('\n', limit) < bytes.length || (ended && from + bytes.length == size);
    return Utf8.wholeLength(bytes, isWhole ? limit : Math.min(limit, bytes.length - MARGIN));
  }

  private String masked(int start, int end, PageMask mask) {
    StringBuilder text = new StringBuilder(end - start);
    int line = start;
    while (line > 0 && bytes[line - 1] != '\n') {
      line--;
    }
    if (line == 0 && from > 0) {
      line = Math.min(start, Utf8.boundary(bytes, 0, bytes.length));
    }
    for (int at = start; at < end; at = line) {
      int lineEnd = next('\n', at);
      int partEnd = Math.min(lineEnd, end);
      String before = text(line, at);
      String part = text(at, partEnd);
      String after = text(partEnd, lineEnd);
      text.append(
          mask.part(before + part + after, before.length(), before.length() + part.length()));
      if (lineEnd < end) {
        text.append('\n');
      }
      line = lineEnd + 1;
    }
    return text.toString();
  }

  /** The place of the next such byte; the length when there is none. */
  private int next(char wanted, int start) {
    int at = start;
    while (at < bytes.length && bytes[at] != wanted) {
      at++;
    }
    return at;
  }

  private String text(int start, int end) {
    return new String(bytes, start, end - start, StandardCharsets.UTF_8);
  }
}
