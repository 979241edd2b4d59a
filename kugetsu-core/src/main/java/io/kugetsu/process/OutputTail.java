package io.kugetsu.process;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The end of an output file, read when it is asked for, so that nobody has to keep it. */
final class OutputTail {
  private static final Logger LOG = LoggerFactory.getLogger(OutputTail.class);
  private static final int MOST = 64 << 10;

  private OutputTail() {}

  /**
   * The last characters that fit into so many bytes.
   *
   * @param ceiling what is behind so many bytes is left out; 0 for nothing
   * @param mask masks a line; null to take the bytes as they are
   * @param ended whether a last line without an end is a line
   */
  static String read(
      Path file, long ceiling, int maxBytes, @Nullable UnaryOperator<String> mask, boolean ended) {
    int most = Math.max(0, Math.min(maxBytes, MOST));
    try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
      long end = ceiling > 0 ? Math.min(ceiling, in.length()) : in.length();
      // One byte more than is shown tells whether a line begins where it does.
      int window = (int) Math.min(mask == null ? most : MOST + 1, end);
      byte[] bytes = new byte[window];
      in.seek(end - window);
      in.readFully(bytes);
      boolean whole = end == window;
      return mask == null ? text(bytes, 0, window, whole) : masked(bytes, whole, most, mask, ended);
    } catch (IOException e) {
      LOG.debug("{} cannot be read", file, e);
      return "";
    }
  }

  private static String masked(
      byte[] bytes, boolean whole, int most, UnaryOperator<String> mask, boolean ended) {
    int start = whole ? 0 : indexOf(bytes, 0) + 1;
    if (start == 0 && !whole) {
      return "";
    }
    StringBuilder lines = new StringBuilder();
    for (int end; start < bytes.length; start = end + 1) {
      end = indexOf(bytes, start);
      boolean open = end < 0;
      if (open && !ended) {
        break;
      }
      end = open ? bytes.length : end;
      lines.append(mask.apply(new String(bytes, start, end - start, StandardCharsets.UTF_8)));
      if (!open) {
        lines.append('\n');
      }
    }
    byte[] visible = lines.toString().getBytes(StandardCharsets.UTF_8);
    int from = Math.max(0, visible.length - most);
    return text(visible, from, visible.length, from == 0);
  }

  /** The text between two places; half a character at either end is left out. */
  private static String text(byte[] bytes, int from, int to, boolean whole) {
    int start = from;
    while (!whole && start < to && start - from < 3 && Utf8.isContinuation(bytes[start])) {
      start++;
    }
    int end = Utf8.wholeLength(bytes, to);
    return start >= end ? "" : new String(bytes, start, end - start, StandardCharsets.UTF_8);
  }

  private static int indexOf(byte[] bytes, int from) {
    for (int i = from; i < bytes.length; i++) {
      if (bytes[i] == '\n') {
        return i;
      }
    }
    return -1;
  }
}
