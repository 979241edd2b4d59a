package io.kugetsu.engine.internal;

import io.kugetsu.common.StorageException;
import io.kugetsu.engine.NotificationRecord;
import io.kugetsu.internal.AtomicFiles;
import io.kugetsu.internal.FileLocks;
import io.kugetsu.internal.LockFile;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What was delivered to a sink: a file with one identifier a line, which is appended to after each
 * delivery, and a lock file beside it that whoever delivers holds as long as it may.
 */
final class SinkFile implements SinkVault {
  private final Path directory;
  private final Path file;
  private final Path lock;

  SinkFile(Path directory, String name) {
    this.directory = directory;
    this.file = directory.resolve(name + ".delivered");
    this.lock = directory.resolve(name + ".lock");
  }

  @Override
  public boolean isKnown() {
    return Files.exists(file);
  }

  @Override
  public void begin(Set<String> delivered) {
    StringBuilder lines = new StringBuilder();
    new TreeSet<>(delivered).forEach(id -> lines.append(id).append('\n'));
    AtomicFiles.createDirectories(directory);
    AtomicFiles.write(file, lines.toString().getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public Optional<Right> tryTake() {
    AtomicFiles.createDirectories(directory);
    Optional<LockFile.Held> held = FileLocks.of(lock).tryLock();
    return held.map(it -> it::close);
  }

  /** Without what its writer left half-written; that was not recorded. */
  @Override
  public Set<String> delivered() {
    String text = new String(AtomicFiles.read(file).orElse(new byte[0]), StandardCharsets.UTF_8);
    Set<String> ids = new HashSet<>();
    for (String line : text.substring(0, text.lastIndexOf('\n') + 1).split("\n", -1)) {
      if (NotificationRecord.isId(line)) {
        ids.add(line);
      }
    }
    return ids;
  }

  /** Through a stream, not a channel: an interrupt does not close a stream. */
  @Override
  public void add(String id) {
    try (FileOutputStream out = new FileOutputStream(file.toFile(), true)) {
      out.write((id + "\n").getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new StorageException(file, "could not be appended to: " + e, e);
    }
  }

  @Override
  public void sync() {
    try (FileOutputStream out = new FileOutputStream(file.toFile(), true)) {
      out.getFD().sync();
    } catch (IOException e) {
      throw new StorageException(file, "could not be forced to the disk: " + e, e);
    }
  }
}
