package io.kugetsu.process;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The last bytes of an output, each known by its place in the whole. It takes memory as it fills,
 * and adding costs what the added bytes cost, whatever there is already. Safe for use by many
 * threads.
 */
class Tail {
  private static final int AT_FIRST = 1 << 10;

  private final int capacity;
  private byte[] ring;
  private long written;

  /**
   * Makes an empty one.
   *
   * @param capacity how many bytes are kept
   */
  Tail(int capacity) {
    this.capacity = capacity;
    this.ring = new byte[Math.min(AT_FIRST, capacity)];
  }

  synchronized void write(byte[] bytes, int offset, int length) {
    grow(length);
    int kept = Math.min(length, ring.length);
    int from = offset + length - kept;
    written += length - kept;
    int at = (int) (written % ring.length);
    int first = Math.min(kept, ring.length - at);
    System.arraycopy(bytes, from, ring, at, first);
    System.arraycopy(bytes, from + first, ring, 0, kept - first);
    written += kept;
  }

  int capacity() {
    return capacity;
  }

  /** How many bytes there were in all. */
  synchronized long written() {
    return written;
  }

  /** The place of the first byte that is still there. */
  synchronized long first() {
    return Math.max(0, written - ring.length);
  }

  /**
   * What is still there of the bytes from one place to before another: the last of them, or none.
   */
  synchronized byte[] bytes(long from, long to) {
    long end = Math.max(0, Math.min(to, written));
    long start = Math.min(end, Math.max(from, first()));
    byte[] copy = new byte[(int) (end - start)];
    int at = (int) (start % ring.length);
    int before = Math.min(copy.length, ring.length - at);
    System.arraycopy(ring, at, copy, 0, before);
    System.arraycopy(ring, 0, copy, before, copy.length - before);
    return copy;
  }

  /**
   * What is still there of the bytes from one place to before another.
   *
   * @param from the first place
   * @param to the place behind the last
   */
  synchronized OutputWindow window(long from, long to) {
    byte[] copy = bytes(from, to);
    long place = Math.min(written, Math.max(from, first()));
    return new OutputWindow(place, copy, written);
  }

  /**
   * The last characters that fit into so many bytes; half a character at either end is left out.
   */
  String text(int maxBytes) {
    byte[] last;
    boolean isAll;
    synchronized (this) {
      last = bytes(written - Math.max(0, maxBytes), written);
      isAll = last.length == written;
    }
    int start = 0;
    if (!isAll) {
      while (start < Math.min(3, last.length) && Utf8.isContinuation(last[start])) {
        start++;
      }
    }
    int end = Utf8.wholeLength(last, last.length);
    return start >= end ? "" : new String(last, start, end - start, StandardCharsets.UTF_8);
  }

  private void grow(int length) {
    long needed = Math.min(written + length, capacity);
    if (needed > ring.length) {
      // It has not wrapped yet: it grows before it would have to.
      ring = Arrays.copyOf(ring, (int) Math.min(capacity, Math.max(needed, ring.length * 2L)));
    }
  }
}
