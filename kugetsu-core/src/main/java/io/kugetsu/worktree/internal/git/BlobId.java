package io.kugetsu.worktree.internal.git;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** The id that git gives to content, computed here. */
public final class BlobId {
  private static final int SHA_1_DIGITS = 40;
  private static final int BUFFER = 1 << 16;

  private final MessageDigest digest;

  /**
   * Begins one.
   *
   * @param idLength how many digits the repository's ids have
   * @param size how many bytes there will be
   */
  public BlobId(int idLength, long size) {
    try {
      digest = MessageDigest.getInstance(idLength == SHA_1_DIGITS ? "SHA-1" : "SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has it", e);
    }
    digest.update(("blob " + size + "\0").getBytes(StandardCharsets.US_ASCII));
  }

  public static String of(byte[] content, int idLength) {
    BlobId id = new BlobId(idLength, content.length);
    id.add(content, 0, content.length);
    return id.end();
  }

  public static String of(Path file, int idLength) throws IOException {
    BlobId id = new BlobId(idLength, Files.size(file));
    byte[] buffer = new byte[BUFFER];
    try (InputStream in = Files.newInputStream(file)) {
      int read;
      while ((read = in.read(buffer)) >= 0) {
        id.add(buffer, 0, read);
      }
    }
    return id.end();
  }

  public void add(byte[] bytes, int from, int length) {
    digest.update(bytes, from, length);
  }

  public String end() {
    return HexFormat.of().formatHex(digest.digest());
  }
}
