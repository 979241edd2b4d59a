package io.kugetsu.engine.internal;

import io.kugetsu.common.StorageException;
import io.kugetsu.common.TaskId;
import io.kugetsu.internal.AtomicFiles;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Tells other JVMs which pending records to look at again: a file to which everybody appends the
 * identifier of what changed. It is about what somebody has read already and never about what is
 * true, so it is not forced to the disk, and who cannot follow it reads the records instead.
 *
 * <p>Each line begins with a line break too, so that half a line of a writer that died makes none
 * of the others wrong. The file begins with a name of its own: who finds another one knows that the
 * file was begun anew, and reads the rest of the one before in a copy of it.
 */
final class ChangeLog {
  private static final int HEADER = "\n#".length() + UUID.randomUUID().toString().length() + 1;

  private final Path file;
  private final Path before;
  private final long longest;

  /**
   * Over a file.
   *
   * @param before where the copy goes
   * @param longest how many bytes it may have until it is begun anew
   */
  ChangeLog(Path file, Path before, long longest) {
    this.file = file;
    this.before = before;
    this.longest = longest;
  }

  /**
   * How far somebody has read.
   *
   * @param header how the file begins
   * @param offset up to where
   */
  record Mark(String header, long offset) {}

  /**
   * What came since.
   *
   * @param lines what was appended, in order; it may be no identifier
   * @param next how far that is
   * @param begunAnew whether it is another file by now; who appended meanwhile without the engine's
   *     lock may have done so in vain
   */
  record News(List<String> lines, Mark next, boolean begunAnew) {}

  /** Makes a change known. May be called any time. */
  void append(TaskId id) {
    if (!Files.exists(file)) {
      begin();
    }
    AtomicFiles.append(file, ("\n" + id.value() + "\n").getBytes(StandardCharsets.US_ASCII));
  }

  private void begin() {
    try {
      AtomicFiles.createNew(file, header());
    } catch (FileAlreadyExistsException e) {
      return; // somebody else was faster
    } catch (IOException e) {
      throw new StorageException(file, "could not be made: " + e, e);
    }
  }

  private static byte[] header() {
    return ("\n#" + UUID.randomUUID() + "\n").getBytes(StandardCharsets.US_ASCII);
  }

  /** Its end at this moment. May be called any time. */
  Mark end() {
    if (!Files.exists(file)) {
      begin();
    }
    Part part = read(file, Long.MAX_VALUE);
    return new Mark(part.header, part.offset);
  }

  /**
   * What came since somebody has read it last.
   *
   * @return empty when that cannot be told any more
   */
  Optional<News> since(Mark mark) {
    Part now = read(file, mark.offset);
    if (now.header.equals(mark.header) && now.offset >= mark.offset) {
      return Optional.of(new News(now.lines, new Mark(now.header, now.offset), false));
    }
    Part old = read(before, mark.offset);
    if (mark.header.isEmpty() || !old.header.equals(mark.header)) {
      return Optional.empty();
    }
    Part all = read(file, 0);
    List<String> lines = new ArrayList<>(old.lines);
    lines.addAll(all.lines);
    return Optional.of(new News(lines, new Mark(all.header, all.offset), true));
  }

  /** Under the engine's lock: begins the file anew when it has become long. */
  void keepShort(Mark end) {
    if (end.offset <= longest) {
      return;
    }
    Optional<byte[]> all = AtomicFiles.read(file);
    if (all.isPresent()) {
      AtomicFiles.writeUnsynced(before, all.get());
      AtomicFiles.truncate(file);
      AtomicFiles.append(file, header());
    }
  }

  /**
   * What a file holds from an offset on.
   *
   * @param offset where the last whole line ends
   */
  private record Part(String header, List<String> lines, long offset) {}

  /** A file that is missing, or is begun anew at this moment, is as good as an empty one. */
  private static Part read(Path file, long from) {
    // Not through a channel: an interrupt would close it.
    try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
      long length = in.length();
      byte[] header = new byte[(int) Math.min(HEADER, length)];
      in.readFully(header);
      long start = Math.min(from, length);
      byte[] rest = new byte[(int) (length - start)];
      in.seek(start);
      in.readFully(rest);
      String text = new String(rest, StandardCharsets.US_ASCII);
      int whole = text.lastIndexOf('\n') + 1;
      List<String> lines =
          text.substring(0, whole)
              .lines()
              .filter(line -> !line.isEmpty() && !line.startsWith("#"))
              .toList();
      return new Part(new String(header, StandardCharsets.US_ASCII), lines, start + whole);
    } catch (FileNotFoundException | EOFException e) {
      return new Part("", List.of(), 0);
    } catch (IOException e) {
      throw new StorageException(file, "could not be read: " + e, e);
    }
  }
}
