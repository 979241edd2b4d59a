package io.kugetsu.common;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;

/** Small text helpers of this package. */
final class Texts {
  private static final int EXCERPT = 80;

  private Texts() {}

  /** A text fit for an error message: one line, no control characters, 80 characters at most. */
  static String excerpt(String text) {
    String plain = text.replaceAll("\\p{Cntrl}", "?");
    return plain.length() <= EXCERPT ? plain : plain.substring(0, EXCERPT) + "…";
  }

  /** Lower-case letters, digits and single dashes; never empty; never longer than {@code max}. */
  static String slug(String text, int max) {
    String slug =
        text.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-+|-+$", "");
    if (slug.length() > max) {
      slug = slug.substring(slug.length() - max).replaceAll("^-+", "");
    }
    return slug.isEmpty() ? "x" : slug;
  }

  /** The first {@code digits} hexadecimal digits of the text's SHA-256. */
  static String hash(String text, int digits) {
    try {
      byte[] sum =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(sum).substring(0, digits);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
