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
    int b = bytes[first] & 0xFF;
    int needed = b >= 0xF0 ? 4 : b >= 0xE0 ? 3 : b >= 0xC0 ? 2 : 1;
    return length - first < needed ? first : length;
  }
}
