package io.kugetsu.worktree.internal.rescue;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What is in a directory, always in the same order. */
final class SortedChildren {
  private SortedChildren() {}

  static List<Path> of(Path directory) throws IOException {
    List<Path> sorted = new ArrayList<>();
    try (DirectoryStream<Path> children = Files.newDirectoryStream(directory)) {
      children.forEach(sorted::add);
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    sorted.sort(null);
    return sorted;
  }
}
