package io.kugetsu.process;

import io.kugetsu.common.Experimental;
import io.kugetsu.common.InvalidRequestException;
import io.kugetsu.common.StorageException;
import io.kugetsu.internal.Uninterrupted;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Reads the file that a process writes its output to, page by page, also while it grows. Reading
 * changes nothing and never waits; each reader keeps its own place. Only what a page needs is read,
 * however long the file is. A file that does not exist reads as one that is empty.
 *
 * <p>A page never begins or ends within a character, and ends with a line where it can. The pages
 * of a file, each from where the one before it ended, have every byte once.
 *
 * <p>With a masker each line is masked as a whole, also one that is spread over pages: a secret
 * that lies across their edge is masked in both. For that up to 64 KiB of the line on each side of
 * the page are looked at, so a longer secret may be recognised in parts only. As long as the file
 * may grow, an unfinished last line is left for later, as it may end in half a secret.
 */
@Experimental
public final class OutputFile {
  private OutputFile() {}

  /**
   * Reads a page of a file that may still grow.
   *
   * @param file the file
   * @param from where to begin, in bytes; behind the end there is nothing
   * @param maxBytes how many bytes of the file at most, 4 or more; never more than 16 MiB
   * @param masker masks a line without its end, see {@link ProcessSpec.Builder#masker}
   * @return the page
   * @throws InvalidRequestException when the place is negative or the length too small
   * @throws StorageException when the file cannot be read
   */
  public static OutputPage read(Path file, long from, int maxBytes, UnaryOperator<String> masker) {
    return read(file, from, maxBytes, masker, false);
  }

  /**
   * Reads a page.
   *
   * @param file the file
   * @param from where to begin, in bytes; behind the end there is nothing
   * @param maxBytes how many bytes of the file at most, 4 or more; never more than 16 MiB
   * @param masker masks a line without its end; null for a file that is masked already, or holds
   *     nothing to be masked. Then an unfinished last line is shown, but for half a character
   * @param ended whether the file does not grow any more, so that its last line is one, whole or
   *     not
   * @return the page
   * @throws InvalidRequestException when the place is negative or the length too small
   * @throws StorageException when the file cannot be read
   */
  public static OutputPage read(
      Path file, long from, int maxBytes, @Nullable UnaryOperator<String> masker, boolean ended) {
    int most = OutputWindow.checked(from, maxBytes);
    return window(file, from, most).page(from, most, masker, ended);
  }

  /**
   * Reads a page of what was such a file, as {@link #read(Path, long, int, UnaryOperator, boolean)}
   * does.
   *
   * @param bytes all that was in it; nothing follows any more
   * @param from where to begin, in bytes; behind the end there is nothing
   * @param maxBytes how many bytes at most, 4 or more
   * @param masker masks a line without its end
   * @return the page
   * @throws InvalidRequestException when the place is negative or the length too small
   */
  public static OutputPage read(
      byte[] bytes, long from, int maxBytes, UnaryOperator<String> masker) {
    int most = OutputWindow.checked(from, maxBytes);
    return new OutputWindow(0, bytes, bytes.length).page(from, most, masker, true);
  }

  /**
   * Reads the last page of a file that may still grow.
   *
   * @param file the file
   * @param maxBytes how many bytes of the file at most, 4 or more; never more than 16 MiB
   * @param masker masks a line without its end
   * @return the page; it begins with a line unless the last one is longer than the page
   * @throws InvalidRequestException when the length is too small
   * @throws StorageException when the file cannot be read
   */
  public static OutputPage tail(Path file, int maxBytes, UnaryOperator<String> masker) {
    return tail(file, maxBytes, masker, false);
  }

  /**
   * Reads the last page.
   *
   * @param file the file
   * @param maxBytes how many bytes of the file at most, 4 or more; never more than 16 MiB
   * @param masker masks a line without its end; null as for {@link #read(Path, long, int,
   *     UnaryOperator, boolean)}
   * @param ended whether the file does not grow any more
   * @return the page; it begins with a line unless the last one is longer than the page
   * @throws InvalidRequestException when the length is too small
   * @throws StorageException when the file cannot be read
   */
  public static OutputPage tail(
      Path file, int maxBytes, @Nullable UnaryOperator<String> masker, boolean ended) {
    int most = OutputWindow.checked(0, maxBytes);
    long from = Math.max(0, size(file) - most);
    OutputWindow window = window(file, from, most);
    return window.page(window.nextLine(from), most, masker, ended);
  }

  /**
   * How long a file is at this moment.
   *
   * @param file the file
   * @return its length in bytes; 0 when there is none
   * @throws StorageException when that cannot be known
   */
  public static long size(Path file) {
    try {
      return Files.size(file);
    } catch (NoSuchFileException e) {
      return 0;
    } catch (IOException e) {
      throw new StorageException(file, "cannot be read", e);
    }
  }

  private static OutputWindow window(Path file, long from, int maxBytes) {
    try {
      return Uninterrupted.call(() -> read(file, from, maxBytes));
    } catch (NoSuchFileException e) {
      return new OutputWindow(0, new byte[0], 0);
    } catch (IOException e) {
      throw new StorageException(file, "cannot be read", e);
    }
  }

  private static OutputWindow read(Path file, long from, int maxBytes) throws IOException {
    try (SeekableByteChannel channel = Files.newByteChannel(file)) {
      long size = channel.size();
      long first = Math.min(size, Math.max(0, from - OutputWindow.MARGIN));
      long last = from > size ? size : Math.min(size, from + maxBytes + OutputWindow.MARGIN);
      ByteBuffer bytes = ByteBuffer.allocate((int) Math.max(0, last - first));
      channel.position(first);
      while (bytes.hasRemaining() && channel.read(bytes) >= 0) {
        // until the end that was seen above
      }
      // It was made shorter meanwhile, unless nothing is missing.
      long seen = bytes.hasRemaining() ? first + bytes.position() : size;
      return new OutputWindow(first, Arrays.copyOf(bytes.array(), bytes.position()), seen);
    }
  }
}
