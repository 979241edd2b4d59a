package io.kugetsu.task.internal;

import io.kugetsu.common.InvalidRequestException;
import io.kugetsu.common.StorageException;
import io.kugetsu.common.TaskId;
import io.kugetsu.internal.AtomicFiles;
import io.kugetsu.internal.Trees;
import io.kugetsu.process.ProcessTrees;
import io.kugetsu.process.RunDirectory;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Where the files of runs are: {@code <root>/<task>/<epoch>/}. */
public final class RunFiles {
  /** The name of the file that holds what a run wrote. */
  public static final String OUTPUT = "output.log";

  /** How much a run in the foreground may have written and yet leave nothing: 1 MiB. */
  static final int SCRATCH = 1 << 20;

  private final Path root;
  private final Path wake;

  /**
   * Names the place; nothing is made.
   *
   * @param root the directory of all runs
   */
  public RunFiles(Path root) {
    this.root = root;
    this.wake = root.resolveSibling("tasks").resolve("wake");
  }

  Path create(TaskId task, long epoch) {
    Path directory = directory(task, epoch);
    AtomicFiles.createDirectoriesUnsynced(directory);
    return directory;
  }

  /**
   * The file that gets a byte more whenever a supervised run has ended.
   *
   * @return the file
   */
  public Path wake() {
    return wake;
  }

  /**
   * Tells whether anything of a run lives whose supervisor is not known, or gone. A run that was
   * only about to be started by a program that is dead now is kept from starting by this look.
   *
   * @param marker the run's mark
   * @return whether anything lives, or may yet
   */
  public boolean lives(String marker) {
    int dot = marker.lastIndexOf('.');
    Path directory =
        directory(new TaskId(marker.substring(0, dot)), Long.parseLong(marker.substring(dot + 1)));
    return (RunDirectory.exists(directory) && !RunDirectory.of(directory).state().hasEnded())
        || ProcessTrees.lives(marker);
  }

  /** Removes what a task's runs have left; what cannot be removed is left to the next pruning. */
  void delete(TaskId task) {
    Trees.delete(root.resolve(task.value()));
  }

  /** The tasks whose files nobody has written to since then. */
  List<TaskId> untouchedSince(Instant then) {
    List<TaskId> found = new ArrayList<>();
    for (Path task : in(root)) {
      if (in(task).stream().noneMatch(epoch -> isTouchedSince(epoch, then))) {
        try {
          found.add(new TaskId(task.getFileName().toString()));
        } catch (InvalidRequestException e) {
          continue; // none of ours
        }
      }
    }
    return found;
  }

  private static boolean isTouchedSince(Path epoch, Instant then) {
    List<Path> files = new ArrayList<>(in(epoch));
    files.add(epoch);
    long millis = then.toEpochMilli();
    return files.stream().anyMatch(file -> file.toFile().lastModified() >= millis);
  }

  /** Whether a process of one of a task's runs lives. */
  boolean lives(TaskId task) {
    return in(root.resolve(task.value())).stream()
        .anyMatch(epoch -> ProcessTrees.lives(task + "." + epoch.getFileName()));
  }

  /** Adds bytes to a file for its owner only. */
  static void append(Path file, byte[] bytes) throws IOException {
    if (!Files.exists(file)) {
      Files.createFile(file, AtomicFiles.ownerOnly(file));
    }
    Files.write(file, bytes, StandardOpenOption.APPEND);
  }

  Path directory(TaskId task, long epoch) {
    return root.resolve(task.value()).resolve(Long.toString(epoch));
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
