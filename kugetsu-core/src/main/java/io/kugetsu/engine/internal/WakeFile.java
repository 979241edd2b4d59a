package io.kugetsu.engine.internal;

import io.kugetsu.common.StorageException;
import io.kugetsu.internal.AtomicFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The bell of a directory: a file whose time, or size, changes. Others append to it. */
final class WakeFile implements Hints.Bell {
  private static final Logger LOG = LoggerFactory.getLogger(WakeFile.class);

  private final Path file;
  private volatile FileTime rung = FileTime.fromMillis(0);

  WakeFile(Path file) {
    this.file = file;
  }

  private record Look(FileTime modified, long size) {}

  @Override
  public void ring() {
    try {
      try {
        touch();
      } catch (NoSuchFileException e) {
        AtomicFiles.writeUnsynced(file, new byte[0]);
        touch();
      }
    } catch (IOException | StorageException e) {
      LOG.debug("no hint could be given to other processes", e);
    }
  }

  private void touch() throws IOException {
    // The real time on purpose: it only has to differ, and an injected clock may stand still.
    // No finer than it can be read again.
    FileTime now = FileTime.from(Instant.now().truncatedTo(ChronoUnit.MICROS));
    rung = now;
    Files.setLastModifiedTime(file, now);
  }

  /** What others did before it was told by our own hint, which came after it was written. */
  @Override
  public boolean isOurs(Object look) {
    return look instanceof Look seen && seen.modified().equals(rung);
  }

  @Override
  public Path place() {
    return file.toAbsolutePath().resolveSibling("");
  }

  @Override
  public Object look() {
    try {
      BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
      return new Look(attributes.lastModifiedTime(), attributes.size());
    } catch (IOException e) {
      return "none";
    }
  }
}
