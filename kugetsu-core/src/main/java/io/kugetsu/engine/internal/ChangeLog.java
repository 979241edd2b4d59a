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
import java.util.regex.Pattern;

/**
 * Tells other JVMs which pending records to look at again: a file to which everybody appends the
 * identifier of what changed. It is about what somebody has read already and never about what is
 * true, so it is not forced to the disk, and who cannot follow it reads the records instead.
 *
 * <p>Each line begins with a line break too, so that half a line of a writer that died makes none
 * of the others wrong. The file begins with a name of its own: who finds another one knows that the
 * file was begun anew, and reads the rest of the one before in a copy of it.
 *
 * <p>Behind the identifier stands the highest number for the order of acceptance that the writer
 * knew of, so that nobody gives out a lower one later, whatever his clock says.
 */
final class ChangeLog {
  private static final int HEADER = "\n#".length() + UUID.randomUUID().toString().length() + 1;
  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,18}");

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
   * @param order the highest number for the order of acceptance among it; 0 when there is none
   * @param next how far that is
   * @param begunAnew whether it is another file by now; who appended meanwhile without the engine's
   *     lock may have done so in vain
   */
  record News(List<String> lines, long order, Mark next, boolean begunAnew) {}

  /**
   * Makes a change known. May be called any time.
   *
   * @param order the highest number for the order of acceptance that is known here
   */
  void append(TaskId id, long order) {
    if (!Files.exists(file)) {
      begin();
    }
    AtomicFiles.append(file, line(id.value(), order));
  }

  private static byte[] line(String what, long order) {
    return ("\n" + what + " " + order + "\n").getBytes(StandardCharsets.US_ASCII);
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
    return read(file, Long.MAX_VALUE).mark();
  }

  /**
   * What came since somebody has read it last.
   *
   * @return empty when that cannot be told any more
   */
  Optional<News> since(Mark mark) {
    Part now = read(file, mark.offset);
    if (now.header.equals(mark.header) && now.offset >= mark.offset) {
      return Optional.of(now.news());
    }
    Part old = read(before, mark.offset);
    if (mark.header.isEmpty() || !old.header.equals(mark.header)) {
      return Optional.empty();
    }
    return Optional.of(after(old));
  }

  /** All that is still there, for whoever has read nothing of it yet. May be called any time. */
  News all() {
    return after(read(before, 0));
  }

  private News after(Part old) {
    Part all = read(file, 0);
    List<String> lines = new ArrayList<>(old.lines);
    lines.addAll(all.lines);
    return new News(lines, Math.max(old.order, all.order), all.mark(), true);
  }

  /**
   * Under the engine's lock: begins the file anew when it has become long.
   *
   * @param order the highest number for the order of acceptance that is known here
   */
  void keepShort(Mark end, long order) {
    if (end.offset <= longest) {
      return;
    }
    Optional<byte[]> all = AtomicFiles.read(file);
    if (all.isPresent()) {
      AtomicFiles.writeUnsynced(before, all.get());
      AtomicFiles.truncate(file);
      AtomicFiles.append(file, header());
      AtomicFiles.append(file, line("#", order));
    }
  }

  /**
   * What a file holds from an offset on.
   *
   * @param offset where the last whole line ends
   */
  private record Part(String header, List<String> lines, long order, long offset) {
    Mark mark() {
      return new Mark(header, offset);
    }

    News news() {
      return new News(lines, order, mark(), false);
    }
  }

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
      List<String> lines = new ArrayList<>();
      long order = 0;
      for (String line : text.substring(0, whole).split("\n")) {
        int blank = line.indexOf(' ');
        order = Math.max(order, blank < 0 ? 0 : number(line.substring(blank + 1)));
        if (!line.isEmpty() && !line.startsWith("#")) {
          lines.add(blank < 0 ? line : line.substring(0, blank));
        }
      }
      return new Part(new String(header, StandardCharsets.US_ASCII), lines, order, start + whole);
    } catch (FileNotFoundException | EOFException e) {
      return new Part("", List.of(), 0, 0);
    } catch (IOException e) {
      throw new StorageException(file, "could not be read: " + e, e);
    }
  }

  private static long number(String text) {
    return NUMBER.matcher(text).matches() ? Long.parseLong(text) : 0;
  }
}
