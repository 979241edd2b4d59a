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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The bell of a directory: a file whose time, or size, changes. Others append to it. */
final class WakeFile implements Hints.Bell {
  private static final Logger LOG = LoggerFactory.getLogger(WakeFile.class);

  private final Path file;

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
    Files.setLastModifiedTime(file, FileTime.from(Instant.now()));
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
