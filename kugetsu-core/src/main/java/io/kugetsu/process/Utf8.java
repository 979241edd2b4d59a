package io.kugetsu.process;

/** Where characters begin and end. */
final class Utf8 {
  private Utf8() {}

  static boolean isContinuation(byte b) {
    return (b & 0xC0) == 0x80;
  }

  /** How many of the first {@code length} bytes are left without half a character at their end. */
  static int wholeLength(byte[] bytes, int length) {
    int first = length - 1;
    while (first >= 0 && length - first < 4 && isContinuation(bytes[first])) {
      first--;
    }
    if (first < 0) {
      return length;
    }
    return length - first < lengthOf(bytes[first]) ? first : length;
  }

  /** The first place from this one on that is not within a character. */
  static int boundary(byte[] bytes, int at, int length) {
    for (int first = at - 1; first >= Math.max(0, at - 3); first--) {
      if (!isContinuation(bytes[first])) {
        return skip(bytes, at, Math.min(length, first + lengthOf(bytes[first])));
      }
    }
    // Nothing says what they belong to; at the very beginning that is what came before.
    return at < 3 ? skip(bytes, at, Math.min(length, 3)) : at;
  }

  private static int skip(byte[] bytes, int at, int end) {
    int next = at;
    while (next < end && isContinuation(bytes[next])) {
      next++;
    }
    return next;
  }

  /** How many bytes a character has that begins with this one; 1 where none does. */
  private static int lengthOf(byte first) {
    int b = first & 0xFF;
    return b < 0xC2 || b > 0xF4 ? 1 : b >= 0xF0 ? 4 : b >= 0xE0 ? 3 : 2;
  }
}
