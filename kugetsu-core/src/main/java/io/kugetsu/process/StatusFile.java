package io.kugetsu.process;

import io.kugetsu.common.StorageException;
import io.kugetsu.internal.AtomicFiles;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The file of a run that its supervisor, its program and others add lines to. What stands first in
 * it counts.
 */
final class StatusFile {
  private final Path directory;
  private final Path file;

  StatusFile(Path directory) {
    this.directory = directory;
    this.file = directory.resolve(RunDirectory.STATUS);
  }

  /** What it says at this moment. */
  RunStatus read() {
    for (int tries = 0; ; tries++) {
      byte[] text = AtomicFiles.read(file).orElse(null);
      if (text != null) {
        return RunStatus.parse(file, text);
      }
      RunStatus renamed = withExitInItsName();
      if (renamed != null) {
        return renamed;
      }
      if (tries > 0) {
        throw new StorageException(file, "is missing", null);
      }
    }
  }

  private @Nullable RunStatus withExitInItsName() {
    String names = RunDirectory.STATUS + ".exit.*";
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, names)) {
      for (Path renamed : files) {
        String name = renamed.getFileName().toString();
        int code = Integer.parseInt(name.substring(name.lastIndexOf('.') + 1));
        byte[] text = AtomicFiles.read(renamed).orElse(new byte[0]);
        return RunStatus.parse(renamed, text).withExit(code);
      }
      return null;
    } catch (IOException | DirectoryIteratorException | NumberFormatException e) {
      throw new StorageException(directory, "cannot be read as a run's directory", e);
    }
  }

  /** Adds a line, in one write. Does nothing when the exit had to be put into the file's name. */
  void append(String line) {
    if (!Files.exists(file)) {
      return;
    }
    // A stream: an interrupt of the thread would close a channel.
    try (FileOutputStream out = new FileOutputStream(file.toFile(), true)) {
      out.write((line + "\n").getBytes(StandardCharsets.US_ASCII));
    } catch (IOException e) {
      throw new StorageException(file, "could not be written: " + e, e);
    }
  }
}
