package io.kugetsu.task.internal;

import io.kugetsu.common.StorageException;
import io.kugetsu.common.TaskId;
import io.kugetsu.internal.AtomicFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Where the files of runs are: {@code <root>/<task>/<epoch>/}. */
public final class RunFiles {
  /** The name of the file that holds what a run wrote. */
  public static final String OUTPUT = "output.log";

  private final Path root;

  /**
   * Names the place; nothing is made.
   *
   * @param root the directory of all runs
   */
  public RunFiles(Path root) {
    this.root = root;
  }

  Path create(TaskId task, long epoch) {
    Path directory = directory(task, epoch);
    AtomicFiles.createDirectoriesUnsynced(directory);
    return directory;
  }

  Path directory(TaskId task, long epoch) {
    return root.resolve(task.value()).resolve(Long.toString(epoch));
  }

  /** The end of what an epoch wrote; empty when it wrote nothing. */
  String tail(TaskId task, long epoch, int maxBytes) {
    return tail(directory(task, epoch).resolve(OUTPUT), maxBytes);
  }

  /**
   * The end of a file, never beginning in the middle of a character.
   *
   * @param file the file
   * @param maxBytes how much at most
   * @return its text; empty when there is no such file
   */
  public static String tail(Path file, int maxBytes) {
    try (SeekableByteChannel channel = Files.newByteChannel(file)) {
      long from = Math.max(0, channel.size() - maxBytes);
      ByteBuffer bytes = ByteBuffer.allocate((int) (channel.size() - from));
      channel.position(from);
      while (bytes.hasRemaining() && channel.read(bytes) >= 0) {
        // until the end that was seen above
      }
      bytes.flip();
      while (from > 0 && bytes.hasRemaining() && isContinuation(bytes.get(bytes.position()))) {
        bytes.get();
      }
      return StandardCharsets.UTF_8.decode(bytes).toString();
    } catch (NoSuchFileException e) {
      return "";
    } catch (IOException e) {
      throw new StorageException(file, "cannot be read", e);
    }
  }

  private static boolean isContinuation(byte unit) {
    return (unit & 0xC0) == 0x80;
  }

  /**
   * The output files of all runs.
   *
   * @return the files, in no order
   */
  public List<Path> outputs() {
    return in(root).stream()
        .flatMap(task -> in(task).stream())
        .map(epoch -> epoch.resolve(OUTPUT))
        .filter(Files::isRegularFile)
        .toList();
  }

  /** What is in a directory; nothing when it is gone by now, or none. */
  private static List<Path> in(Path directory) {
    List<Path> entries = new ArrayList<>();
    try (DirectoryStream<Path> paths = Files.newDirectoryStream(directory)) {
      paths.forEach(entries::add);
    } catch (NoSuchFileException | NotDirectoryException e) {
      return List.of();
    } catch (IOException | DirectoryIteratorException e) {
      throw new StorageException(directory, "the runs cannot be listed", e);
    }
    return entries;
  }
}
