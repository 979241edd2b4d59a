package io.kugetsu.process;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The last bytes of an output. Safe for use by many threads. */
final class Tail {
  private static final int CAPACITY = 64 << 10;

  private byte[] ring = new byte[1 << 10];
  private long written;

  synchronized void write(byte[] bytes, int offset, int length) {
    grow(length);
    int kept = Math.min(length, ring.length);
    int from = offset + length - kept;
    written += length - kept;
    for (int done = 0; done < kept; ) {
      int at = (int) (written % ring.length);
      int n = Math.min(kept - done, ring.length - at);
      System.arraycopy(bytes, from + done, ring, at, n);
      done += n;
      written += n;
    }
  }

  /**
   * The last characters that fit into so many bytes; half a character at either end is left out.
   */
  synchronized String text(int maxBytes) {
    int length = (int) Math.max(0, Math.min(Math.min(written, ring.length), maxBytes));
    byte[] last = new byte[length];
    for (int i = 0; i < length; i++) {
      last[i] = ring[(int) ((written - length + i) % ring.length)];
    }
    int start = 0;
    if (length < written) {
      while (start < Math.min(3, length) && Utf8.isContinuation(last[start])) {
        start++;
      }
    }
    int end = Utf8.wholeLength(last, length);
    return start >= end ? "" : new String(last, start, end - start, StandardCharsets.UTF_8);
  }

  private void grow(int length) {
    int size = ring.length;
    while (size < CAPACITY && written + length > size) {
      size *= 2;
    }
    if (size > ring.length) {
      // It has not wrapped yet: it grows before it would have to.
      ring = Arrays.copyOf(ring, size);
    }
  }
}
