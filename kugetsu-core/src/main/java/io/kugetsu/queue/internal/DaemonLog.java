package io.kugetsu.queue.internal;

import io.kugetsu.common.StorageException;
import io.kugetsu.internal.AtomicFiles;
import java.io.ByteArrayOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * The log of the background dispatcher: for its owner only, without secrets, and never larger than
 * two files of a certain size. Written line by line; safe for use by many threads.
 */
public final class DaemonLog {
  /** When a new file is begun. */
  static final int LARGEST = 1 << 20;

  /** A longer line is cut into several. */
  private static final int LONGEST_LINE = 1 << 14;

  private static final int MOST_READ = 1 << 18;

  private final Path file;
  private final UnaryOperator<String> masker;

  /**
   * Names the log; nothing is read or made.
   *
   * @param file the file
   * @param masker replaces secrets in a line
   */
  public DaemonLog(Path file, UnaryOperator<String> masker) {
    this.file = file;
    this.masker = masker;
  }

  /**
   * Makes the file if it is missing, so that whoever else writes to it finds it closed to others.
   */
  public void make() {
    try {
      if (!Files.exists(file)) {
        AtomicFiles.createNew(file, new byte[0]);
      }
    } catch (IOException e) {
      if (!Files.exists(file)) {
        throw new StorageException(file, "could not be made: " + e, e);
      }
    }
  }

  /**
   * Adds a line. What cannot be written is lost: nothing depends on a log.
   *
   * @param line the line
   */
  public synchronized void add(String line) {
    try {
      if (Files.exists(file) && Files.size(file) > LARGEST) {
        Files.move(file, older(), StandardCopyOption.REPLACE_EXISTING);
      }
      make();
      byte[] bytes = (masker.apply(line) + "\n").getBytes(StandardCharsets.UTF_8);
      Files.write(file, bytes, StandardOpenOption.APPEND);
    } catch (IOException | StorageException e) {
      return; // there is no other place to tell it
    }
  }

  private Path older() {
    return file.resolveSibling(file.getFileName() + ".1");
  }

  /** {@return a stream whose lines go to the log} */
  public PrintStream stream() {
    return new PrintStream(new Lines(), true, StandardCharsets.UTF_8);
  }

  /**
   * The last lines.
   *
   * @param most how many at most
   * @return the lines, the oldest first
   */
  public List<String> last(int most) {
    List<String> lines = new ArrayList<>(tail(file));
    if (lines.size() < most) {
      lines.addAll(0, tail(older()));
    }
    return lines.subList(Math.max(0, lines.size() - most), lines.size()).stream()
        .map(masker)
        .toList();
  }

  private static List<String> tail(Path file) {
    if (!Files.exists(file)) {
      return List.of();
    }
    try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
      long length = in.length();
      long start = Math.max(0, length - MOST_READ);
      byte[] bytes = new byte[(int) (length - start)];
      in.seek(start);
      in.readFully(bytes);
      List<String> lines = new String(bytes, StandardCharsets.UTF_8).lines().toList();
      return start == 0 ? lines : lines.subList(Math.min(1, lines.size()), lines.size());
    } catch (FileNotFoundException e) {
      if (!Files.exists(file) || (Files.isRegularFile(file) && Files.isReadable(file))) {
        return List.of(); // it has just become the older one, and there may be a new one
      }
      throw new StorageException(file, "could not be read: " + e, e);
    } catch (IOException e) {
      throw new StorageException(file, "could not be read: " + e, e);
    }
  }

  /** Gathers what is printed until a line is whole. */
  private final class Lines extends OutputStream {
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();

    @Override
    public synchronized void write(int value) {
      if (value == '\n') {
        end();
      } else {
        line.write(value);
        if (line.size() >= LONGEST_LINE) {
          end();
        }
      }
    }

    @Override
    public synchronized void write(byte[] bytes, int from, int length) {
      for (int i = from; i < from + length; i++) {
        write(bytes[i]);
      }
    }

    private void end() {
      add(line.toString(StandardCharsets.UTF_8));
      line.reset();
    }
  }
}
