package io.kugetsu.worktree.internal.git;

import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/**
 * Writes what {@code git fast-import} reads: content and commits, all by one process, as they are:
 * no filter, hook, signature or identity of anybody's comes into it.
 */
public final class FastImport implements Closeable {
  static final String DRAFTS = "refs/kugetsu/draft/";

  private static final String WHO = "kugetsu <kugetsu@localhost> ";
  private static final int BUFFER = 1 << 16;
  private static final int FIRST_PLAIN = 0x20;
  private static final int LAST_PLAIN = 0x7e;

  private final OutputStream out;
  private int marks;

  public FastImport(OutputStream stream) {
    out = new BufferedOutputStream(stream, BUFFER);
  }

  /** Writes content; how it is named from here on. */
  public String blob(byte[] content) throws IOException {
    String mark = mark();
    line("blob");
    line("mark " + mark);
    data(content);
    return mark;
  }

  /**
   * Writes a file's content.
   *
   * @param id what it must be
   * @return how it is named from here on
   * @throws IOException when the file was changed since
   */
  public String blob(Path file, long size, String id) throws IOException {
    String mark = mark();
    line("blob");
    line("mark " + mark);
    line("data " + size);
    BlobId found = new BlobId(id.length(), size);
    byte[] buffer = new byte[BUFFER];
    long left = size;
    try (InputStream in = Files.newInputStream(file)) {
      while (left > 0) {
        int read = in.read(buffer, 0, (int) Math.min(left, buffer.length));
        if (read < 0) {
          break;
        }
        out.write(buffer, 0, read);
        found.add(buffer, 0, read);
        left -= read;
      }
    }
    if (left > 0 || !found.end().equals(id)) {
      throw new IOException(file + " was changed while it was read");
    }
    line("");
    return mark;
  }

  /**
   * Begins a commit, which has no files yet.
   *
   * @param parents their ids or marks
   * @return how it is named from here on
   */
  public String commit(String draft, String message, Instant at, List<String> parents)
      throws IOException {
    String mark = mark();
    line("commit " + DRAFTS + draft);
    line("mark " + mark);
    line("committer " + WHO + at.getEpochSecond() + " +0000");
    data(message.getBytes(StandardCharsets.UTF_8));
    String word = "from ";
    for (String parent : parents) {
      line(word + parent);
      word = "merge ";
    }
    line("deleteall");
    return mark;
  }

  /** Adds a file to the commit that was begun last. */
  public void file(String mode, String content, String raw) throws IOException {
    line("M " + mode + " " + content + " " + quoted(raw));
  }

  /** Has the id of a commit written to the output. */
  public void tell(String mark) throws IOException {
    line("");
    line("get-mark " + mark);
  }

  /** Nothing leads to a draft any more. */
  public void forget(String draft, int idLength) throws IOException {
    line("reset " + DRAFTS + draft);
    line("from " + "0".repeat(idLength));
    line("");
  }

  /** All is said. */
  @Override
  public void close() throws IOException {
    line("done");
    out.flush();
  }

  private String mark() {
    marks++;
    return ":" + marks;
  }

  private void data(byte[] content) throws IOException {
    line("data " + content.length);
    out.write(content);
    line("");
  }

  private void line(String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.ISO_8859_1));
    out.write('\n');
  }

  private static String quoted(String raw) {
    StringBuilder quoted = new StringBuilder("\"");
    for (int i = 0; i < raw.length(); i++) {
      char c = raw.charAt(i);
      if (c < FIRST_PLAIN || c > LAST_PLAIN || c == '"' || c == '\\') {
        quoted.append('\\').append(String.format("%03o", (int) c));
      } else {
        quoted.append(c);
      }
    }
    return quoted.append('"').toString();
  }
}
