package io.kugetsu.process;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A line while it arrives, bounded. */
final class LineBuffer {
  private static final int USUAL = 1 << 10;

  private final int max;
  private byte[] bytes = new byte[USUAL];
  private int length;
  private boolean cut;

  LineBuffer(int max) {
    this.max = max;
  }

  void add(byte[] more, int offset, int count) {
    int kept = Math.min(count, max - length);
    cut |= kept < count;
    if (length + kept > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.min(max, Math.max(length + kept, bytes.length * 2)));
    }
    System.arraycopy(more, offset, bytes, length, kept);
    length += kept;
  }

  boolean isEmpty() {
    return length == 0;
  }

  boolean isCut() {
    return cut;
  }

  /** The bytes that were kept. */
  byte[] toBytes() {
    return Arrays.copyOf(bytes, length);
  }

  /** The line as text, without the carriage return of a line that ends in one. */
  String text() {
    int end = cut ? Utf8.wholeLength(bytes, length) : length;
    if (!cut && end > 0 && bytes[end - 1] == '\r') {
      end--;
    }
    return new String(bytes, 0, end, StandardCharsets.UTF_8);
  }

  void clear() {
    length = 0;
    cut = false;
    if (bytes.length > (64 << 10)) {
      bytes = new byte[USUAL];
    }
  }
}
