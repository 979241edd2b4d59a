package io.kugetsu.worktree.internal.work;

import io.kugetsu.worktree.internal.git.Git;
import io.kugetsu.worktree.internal.git.GitCommand;
import io.kugetsu.worktree.internal.git.IndexFile;
import io.kugetsu.worktree.internal.git.IndexFile.Item;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The files that git tracks in a checkout, by their raw names.
 *
 * @param items as they are in the index
 * @param paths the same without what else is known of them
 * @param directories every directory that one of them is in
 */
public record TrackedFiles(List<Item> items, Set<String> paths, Set<String> directories) {
  private static final String INDEX = "index";
  private static final char SKIP_WORKTREE = 's';
  private static final int RADIX = 8;

  /**
   * Reads them, from the index if it can be read and by git otherwise.
   *
   * @param gitDirectory where git keeps what belongs to the checkout
   * @param idLength how many digits the repository's ids have
   */
  static TrackedFiles read(Git git, Path tree, Path gitDirectory, int idLength) throws IOException {
    Optional<IndexFile> index = IndexFile.read(gitDirectory.resolve(INDEX), idLength);
    return index.isPresent() ? of(index.get().entries()) : of(listed(git, tree));
  }

  private static TrackedFiles of(List<Item> items) {
    Set<String> paths = new HashSet<>(items.size() * 2);
    Set<String> directories = new HashSet<>();
    for (Item item : items) {
      paths.add(item.path());
      addParents(item.path(), directories);
    }
    return new TrackedFiles(items, paths, directories);
  }

  /** Adds every directory that a file is in. */
  public static void addParents(String path, Set<String> directories) {
    int slash = path.lastIndexOf('/');
    while (slash > 0 && directories.add(path.substring(0, slash))) {
      slash = path.lastIndexOf('/', slash - 1);
    }
  }

  private static List<Item> listed(Git git, Path tree) {
    List<Item> items = new ArrayList<>();
    git.run(
            GitCommand.inTree(tree, "ls-files", "-v", "--stage", "-z")
                .within(GitCommand.LONG)
                .eachRaw('\0', line -> items.add(item(line))))
        .orThrow();
    return items;
  }

  /** A line is: tag, mode, id, stage, tab, path. */
  private static Item item(String line) {
    int tab = line.indexOf('\t');
    String[] words = line.substring(0, tab).split(" ");
    char tag = line.charAt(0);
    return new Item(
        line.substring(tab + 1),
        Integer.parseInt(words[1], RADIX),
        words[2],
        Integer.parseInt(words[3]),
        Character.isLowerCase(tag),
        Character.toLowerCase(tag) == SKIP_WORKTREE,
        false);
  }
}
