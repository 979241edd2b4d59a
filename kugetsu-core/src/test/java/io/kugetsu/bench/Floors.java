package io.kugetsu.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** The least work that keeps a promise, without anything around it: what to compare with. */
final class Floors {
  private Floors() {}

  /**
   * Replaces a file so that after a crash either the old or the new content is there: written
   * beside it, forced to the disk, renamed over it, and the directory forced too.
   */
  static void durableWrite(Path file, byte[] content) throws IOException {
    Path beside = file.resolveSibling(file.getFileName() + ".tmp");
    forcedWrite(beside, content);
    Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    force(file.getParent());
  }

  /** Writes a file and forces it to the disk; a crash may leave half of it. */
  static void forcedWrite(Path file, byte[] content) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      ByteBuffer rest = ByteBuffer.wrap(content);
      while (rest.hasRemaining()) {
        channel.write(rest);
      }
      channel.force(true);
    }
  }

  /** Forces a directory's entries to the disk. */
  static void force(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /** How much the promise of a whole file costs above a file that is on the disk. */
  static List<Figure> measureDurableWrite(Path scratch) throws Exception {
    byte[] content = new byte[1024];
    Path durable = scratch.resolve("durable");
    Path forced = scratch.resolve("forced");
    Rounds rounds =
        Rounds.interleaved(
            50, 500, () -> durableWrite(durable, content), () -> forcedWrite(forced, content));
    return List.of(
        rounds.percentile("p50 of 1 KiB", 50, Goal.none()),
        rounds.percentile("p99 of 1 KiB", 99, Goal.none()));
  }
}
