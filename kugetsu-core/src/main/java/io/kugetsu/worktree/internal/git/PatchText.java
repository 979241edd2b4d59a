package io.kugetsu.worktree.internal.git;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;

/**
 * Takes a patch and keeps what tells it from others: all of it, but for where in its files that is.
 * Of a file that is no text it is which content it had and has.
 */
public final class PatchText extends Output {
  private static final String PLACE = "@@";
  private static final String CONTENTS = "index ";
  private static final String NO_TEXT = "Binary files ";
  // Long enough for the names of two contents.
  private static final int MOST = 256;

  private final MessageDigest digest = Hashes.sha256();
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private byte[] contents = new byte[0];
  private boolean begun;
  private boolean leftOut;

  @Override
  public synchronized void add(byte[] buffer, int length) {
    for (int i = 0; i < length; i++) {
      line.write(buffer[i]);
      boolean ends = buffer[i] == '\n';
      if (ends || line.size() == MOST) {
        take();
        begun = !ends;
      }
    }
  }

  @Override
  synchronized void end() {
    take();
  }

  @Override
  public synchronized String text() {
    return HexFormat.of().formatHex(digest.digest());
  }

  /** A line, or a part of a long one. */
  private void take() {
    byte[] bytes = line.toByteArray();
    line.reset();
    if (!begun) {
      String text = new String(bytes, StandardCharsets.ISO_8859_1);
      leftOut = text.startsWith(PLACE) || text.startsWith(CONTENTS);
      if (text.startsWith(CONTENTS)) {
        contents = bytes;
      } else if (text.startsWith(NO_TEXT)) {
        digest.update(contents);
      }
    }
    if (!leftOut) {
      digest.update(bytes);
    }
  }
}
