package io.kugetsu.worktree.internal.git;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/**
 * Names of files as git and the file system have them: bytes, which need not be text in any
 * charset. They are kept in strings of which each character is one byte, with slashes between
 * directories. A path that is made of a text, or turned into one, may lose bytes; the address of a
 * file keeps them.
 */
public final class RawPath {
  private static final String HEX = "0123456789ABCDEF";

  private RawPath() {}

  /** The last name of a path. */
  public static String name(Path path) {
    String text = String.valueOf(path.getFileName());
    if (isAscii(text)) {
      return text;
    }
    if (File.separatorChar != '/') {
      return raw(text);
    }
    String address = path.toUri().getRawPath();
    int end = address.endsWith("/") ? address.length() - 1 : address.length();
    return unescaped(address.substring(address.lastIndexOf('/', end - 1) + 1, end));
  }

  /** What is at a name below a directory. */
  public static Path in(Path directory, String raw) {
    if (isAscii(raw)) {
      return directory.resolve(raw);
    }
    if (File.separatorChar != '/') {
      return directory.resolve(shown(raw));
    }
    try {
      String address = directory.toUri().getRawPath();
      String slash = address.endsWith("/") ? "" : "/";
      return Path.of(new URI("file://" + address + slash + escaped(raw)));
    } catch (URISyntaxException e) {
      throw new InvalidPathException(shown(raw), e.getMessage());
    }
  }

  /** Where a symbolic link leads, as it says. */
  public static String target(Path link) throws IOException {
    Path target = Files.readSymbolicLink(link);
    String text = target.toString();
    if (isAscii(text)) {
      return text;
    }
    if (File.separatorChar != '/') {
      return raw(text);
    }
    // A relative path has no address of its own.
    String root = "/";
    Path absolute = Path.of(root).resolve(target);
    String address = absolute.toUri().getRawPath();
    int end =
        address.endsWith("/") && !text.endsWith("/") ? address.length() - 1 : address.length();
    return unescaped(address.substring(target.isAbsolute() ? 0 : root.length(), end));
  }

  /** The raw form of a name that is a text. */
  public static String raw(String text) {
    return isAscii(text)
        ? text
        : new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
  }

  /** For people, and for programs as far as it is a text. */
  public static String shown(String raw) {
    return isAscii(raw)
        ? raw
        : new String(raw.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
  }

  /** The directory that a name is in; empty for one at the top. */
  public static String parent(String raw) {
    int slash = raw.lastIndexOf('/');
    return slash < 0 ? "" : raw.substring(0, slash);
  }

  public static String join(String directory, String name) {
    return directory.isEmpty() ? name : directory + "/" + name;
  }

  private static boolean isAscii(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) >= 0x80) {
        return false;
      }
    }
    return true;
  }

  private static String escaped(String raw) {
    StringBuilder escaped = new StringBuilder();
    for (int i = 0; i < raw.length(); i++) {
      char c = raw.charAt(i);
      if (c == '/' || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
        escaped.append(c);
      } else {
        escaped.append('%').append(HEX.charAt(c >> 4)).append(HEX.charAt(c & 0xf));
      }
    }
    return escaped.toString();
  }

  private static String unescaped(String address) {
    StringBuilder raw = new StringBuilder();
    for (int i = 0; i < address.length(); i++) {
      char c = address.charAt(i);
      if (c == '%') {
        raw.append((char) Integer.parseInt(address, i + 1, i + 3, 16));
        i += 2;
      } else {
        raw.append(c);
      }
    }
    return raw.toString();
  }
}
