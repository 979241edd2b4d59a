package io.kugetsu.worktree.internal.rescue;

import io.kugetsu.worktree.internal.git.BlobId;
import io.kugetsu.worktree.internal.git.Git;
import io.kugetsu.worktree.internal.git.GitCommand;
import io.kugetsu.worktree.internal.git.Output;
import io.kugetsu.worktree.internal.rescue.Manifest.Part;
import io.kugetsu.worktree.internal.rescue.Snapshot.Type;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads what a rescue holds back out of the repository, each content compared with its id. */
record RescueContents(Git git, Path common) {
  /** Takes the contents, one after the other. */
  interface Taker {
    void begin(Part part) throws IOException;

    void bytes(byte[] buffer, int from, int length) throws IOException;

    void end() throws IOException;
  }

  /** The list of what a rescue holds. */
  Manifest manifest(String commit) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    git.run(
            GitCommand.onRepository(common, "cat-file", "blob", commit + ":manifest")
                .into(() -> new Bytes(bytes)))
        .orThrow();
    return Manifest.parse(bytes.toByteArray());
  }

  /** Reads the contents of files and links in their order. */
  void read(List<Part> parts, Taker taker) throws IOException {
    List<Part> contents = parts.stream().filter(part -> part.type() != Type.DIRECTORY).toList();
    if (contents.isEmpty()) {
      return;
    }
    Batch batch = new Batch(contents.iterator(), taker);
    try {
      git.run(
              GitCommand.onRepository(common, "cat-file", "--batch", "--buffer")
                  .within(GitCommand.LONG)
                  .reading(
                      stream -> {
                        StringBuilder ids = new StringBuilder();
                        contents.forEach(part -> ids.append(part.id()).append('\n'));
                        stream.write(ids.toString().getBytes(StandardCharsets.US_ASCII));
                      })
                  .into(() -> batch))
          .orThrow();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    if (batch.parts.hasNext() || batch.part != null) {
      throw new IOException("git said less than it was asked for");
    }
  }

  /** Takes nothing: only the ids are compared. */
  static Taker nobody() {
    return new Taker() {
      @Override
      public void begin(Part part) {}

      @Override
      public void bytes(byte[] buffer, int from, int length) {}

      @Override
      public void end() {}
    };
  }

  private static final class Bytes extends Output {
    private final ByteArrayOutputStream bytes;

    Bytes(ByteArrayOutputStream bytes) {
      this.bytes = bytes;
    }

    @Override
    public synchronized void add(byte[] buffer, int length) {
      bytes.write(buffer, 0, length);
    }

    @Override
    public String text() {
      return "";
    }
  }

  /** For each content a line with its id, kind and size, then the content and a line end. */
  private static final class Batch extends Output {
    private final Iterator<Part> parts;
    private final Taker taker;
    private final StringBuilder header = new StringBuilder();
    private @Nullable Part part;
    private @Nullable BlobId id;
    private long left;
    private @Nullable IOException failure;

    Batch(Iterator<Part> parts, Taker taker) {
      this.parts = parts;
      this.taker = taker;
    }

    @Override
    public synchronized void add(byte[] buffer, int length) {
      if (failure != null) {
        return; // git must be able to go on writing
      }
      try {
        take(buffer, length);
      } catch (IOException e) {
        failure = e;
      }
    }

    private void take(byte[] buffer, int length) throws IOException {
      int at = 0;
      while (at < length) {
        Part current = part;
        BlobId digest = id;
        if (current == null || digest == null) {
          at = header(buffer, at, length);
        } else if (left > 0) {
          int some = (int) Math.min(left, length - at);
          digest.add(buffer, at, some);
          taker.bytes(buffer, at, some);
          left -= some;
          at += some;
        } else {
          at++;
          if (!digest.end().equals(current.id())) {
            throw new IOException(current.id() + " is damaged in the repository");
          }
          taker.end();
          part = null;
        }
      }
    }

    private int header(byte[] buffer, int from, int length) throws IOException {
      int at = from;
      while (at < length && buffer[at] != '\n') {
        header.append((char) buffer[at]);
        at++;
      }
      if (at == length) {
        return at;
      }
      Part next = parts.next();
      String expected = next.id() + " blob " + next.size();
      if (!header.toString().equals(expected)) {
        throw new IOException("git has '" + header + "' instead of '" + expected + "'");
      }
      header.setLength(0);
      part = next;
      left = next.size();
      id = new BlobId(next.id().length(), next.size());
      taker.begin(next);
      return at + 1;
    }

    @Override
    public String text() {
      return "";
    }

    @Override
    public synchronized void rethrow() {
      if (failure != null) {
        throw new UncheckedIOException(failure);
      }
    }
  }
}
