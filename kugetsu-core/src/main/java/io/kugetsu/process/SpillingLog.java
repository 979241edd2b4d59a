package io.kugetsu.process;

import io.kugetsu.common.StorageException;
import io.kugetsu.internal.AtomicFiles;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * A log file that is made only when it is needed: when more has come than the tail of the output
 * keeps, or at the first {@link #flush()}, also after the end. What came before goes into it first,
 * so it has every byte, once and in order. Not safe for use by several threads.
 */
final class SpillingLog extends OutputStream {
  private final Path path;
  private final Tail earlier;
  private OutputStream file = nullOutputStream();
  private boolean isFile;
  private boolean closed;

  /**
   * Makes one; no file.
   *
   * @param path the file to be made
   * @param earlier has what came before; bytes are written to it after they were written here, and
   *     both happens at once for whoever flushes
   */
  SpillingLog(Path path, Tail earlier) {
    this.path = path;
    this.earlier = earlier;
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    if (!isFile && earlier.written() + length > earlier.capacity()) {
      spill();
    }
    file.write(bytes, offset, length);
  }

  /** Makes it a file now. */
  @Override
  public void flush() throws IOException {
    if (!isFile) {
      spill();
      if (closed) {
        file.close();
      }
    }
  }

  @Override
  public void close() throws IOException {
    closed = true;
    file.close();
  }

  /** Whoever finds the file finds all of it: one that is new gets its name when it has that. */
  private void spill() throws IOException {
    boolean isNew = Files.notExists(path, LinkOption.NOFOLLOW_LINKS);
    Path made = isNew ? path.resolveSibling(path.getFileName() + ".part") : path;
    try {
      Path directory = path.getParent();
      if (directory != null) {
        AtomicFiles.createDirectoriesUnsynced(directory);
      }
      if (isNew) {
        Files.deleteIfExists(made); // of a program that was killed over it
      }
      file = LogFile.open(made).stream();
      isFile = true;
      file.write(earlier.bytes(0, earlier.written()));
      if (isNew) {
        Files.move(made, path, StandardCopyOption.ATOMIC_MOVE);
      }
    } catch (StorageException e) {
      throw new IOException(e);
    } catch (IOException e) {
      if (isNew) {
        boolean unused = made.toFile().delete();
      }
      throw e;
    }
  }
}
