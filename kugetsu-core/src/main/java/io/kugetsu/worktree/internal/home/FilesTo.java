package io.kugetsu.worktree.internal.home;

import io.kugetsu.worktree.internal.git.Git;
import io.kugetsu.worktree.internal.git.GitCommand;
import io.kugetsu.worktree.internal.git.GitResult;
import io.kugetsu.worktree.internal.git.PathChunks;
import io.kugetsu.worktree.internal.git.TreeDifference;
import io.kugetsu.worktree.internal.registry.CheckedOut;
import io.kugetsu.worktree.internal.registry.Registry;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Brings the files of a checkout, whose change from one commit to another was cut off, to one of
 * the two. Each file is looked at: only what is as the other commit has it, or the beginning of
 * that, or gone, is what git left; everything else somebody has written since, and it stays.
 *
 * @param scratch a directory of our own
 * @param wanted the commit that the files shall be those of
 * @param other the other one
 */
public record FilesTo(
    Git git, Registry registry, CheckedOut checkout, Path scratch, String wanted, String other) {
  private static final String ATTRIBUTES = ".gitattributes";
  private static final String LEFT_OUT = "S ";
  private static final int BUFFER = 1 << 16;

  /**
   * Brings them.
   *
   * @return those that were left as they are
   */
  public List<String> bring() throws IOException {
    List<TreeDifference> all = TreeDifference.between(git, registry, other, wanted);
    Predicate<TreeDifference> attributes = each -> each.path().endsWith(ATTRIBUTES);
    // What the others are compared and written with comes first.
    List<String> kept = new ArrayList<>(bring(all.stream().filter(attributes).toList()));
    kept.addAll(bring(all.stream().filter(attributes.negate()).toList()));
    return kept;
  }

  private List<String> bring(List<TreeDifference> differences) throws IOException {
    List<TreeDifference> files = differences.stream().filter(each -> !each.isSubmodule()).toList();
    if (files.isEmpty()) {
      return List.of();
    }
    Path wantedIndex = index("wanted", files, true);
    Path otherIndex = index("other", files, false);
    Set<String> notWanted = differing(wantedIndex);
    Set<String> notOther = differing(otherIndex);
    Set<String> leftOut = leftOut();
    List<String> kept = new ArrayList<>();
    List<String> removed = new ArrayList<>();
    List<String> written = new ArrayList<>();
    for (TreeDifference file : files) {
      String path = file.path();
      boolean there = Files.exists(at(path), LinkOption.NOFOLLOW_LINKS);
      boolean asWanted = file.isRemoved() ? !there : there && !notWanted.contains(path);
      boolean asOther = file.isAdded() ? !there : there && !notOther.contains(path);
      if (asWanted || (!there && leftOut.contains(path))) {
        continue;
      }
      if (there && !asOther && !isPartOf(file, wantedIndex, otherIndex)) {
        kept.add(path);
      } else if (file.isRemoved()) {
        removed.add(path);
      } else {
        written.add(path);
      }
    }
    for (String path : removed) {
      remove(path);
    }
    // Git would delete whatever is in a directory that is where a file belongs.
    List<String> free = new ArrayList<>();
    for (String path : written) {
      (isInTheWay(path) ? kept : free).add(path);
    }
    for (List<String> some : PathChunks.of(free)) {
      run(wantedIndex, "checkout-index", List.of("--force", "--quiet", "--"), some).orThrow();
    }
    return kept;
  }

  private Path at(String path) {
    return checkout.top().resolve(path);
  }

  /** The files that a sparse checkout has not, and that git would not have written. */
  private Set<String> leftOut() {
    Set<String> leftOut = new HashSet<>();
    Path before = scratch.resolve(TargetSettlement.BEFORE);
    git.run(
            command(before, "ls-files", List.of("-t", "-z"), List.of())
                .each(
                    '\0',
                    line -> {
                      if (line.startsWith(LEFT_OUT)) {
                        leftOut.add(line.substring(LEFT_OUT.length()));
                      }
                    }))
        .orThrow();
    return leftOut;
  }

  /** An index with nothing but these files in it. */
  private Path index(String name, List<TreeDifference> files, boolean asWanted) throws IOException {
    Path index = scratch.resolve("index." + name);
    Files.deleteIfExists(index);
    Files.deleteIfExists(scratch.resolve("index." + name + ".lock"));
    List<String> entries = new ArrayList<>();
    for (TreeDifference file : files) {
      if (asWanted ? !file.isRemoved() : !file.isAdded()) {
        entries.add(
            (asWanted ? file.newMode() + "," + file.newId() : file.oldMode() + "," + file.oldId())
                + ","
                + file.path());
      }
    }
    for (List<String> some : PathChunks.of(entries)) {
      List<String> arguments = new ArrayList<>();
      some.forEach(entry -> arguments.addAll(List.of("--cacheinfo", entry)));
      run(index, "update-index", List.of("--add"), arguments).orThrow();
    }
    return index;
  }

  /** The files that are not as an index has them. */
  private Set<String> differing(Path index) {
    Set<String> differing = new HashSet<>();
    if (Files.exists(index)) {
      run(index, "update-index", List.of("-q", "--refresh"), List.of());
      git.run(
              command(index, "diff-files", List.of("-z", "--name-only"), List.of())
                  .each('\0', differing::add))
          .orThrow();
    }
    return differing;
  }

  private GitResult run(Path index, String name, List<String> options, List<String> arguments) {
    return git.run(command(index, name, options, arguments));
  }

  private GitCommand command(
      Path index, String name, List<String> options, List<String> arguments) {
    List<String> all = new ArrayList<>(List.of("-c", "core.fsmonitor=", name));
    all.addAll(options);
    all.addAll(arguments);
    return checkout
        .command(all.toArray(String[]::new))
        .with("GIT_INDEX_FILE", index.toString())
        .within(GitCommand.LONG);
  }

  /** Git writes a file from its beginning to its end, and may have been killed in between. */
  private boolean isPartOf(TreeDifference file, Path wantedIndex, Path otherIndex)
      throws IOException {
    return Files.isRegularFile(at(file.path()), LinkOption.NOFOLLOW_LINKS)
        && ((!file.isAdded() && isPartOf(file.path(), otherIndex))
            || (!file.isRemoved() && isPartOf(file.path(), wantedIndex)));
  }

  private boolean isPartOf(String path, Path index) throws IOException {
    Path whole = scratch.resolve("whole");
    List<String> options = List.of("--force", "--prefix=" + whole + "/", "--");
    run(index, "checkout-index", options, List.of(path)).orThrow();
    return startsWith(whole.resolve(path), at(path));
  }

  private static boolean startsWith(Path whole, Path part) throws IOException {
    if (!Files.isRegularFile(whole, LinkOption.NOFOLLOW_LINKS)) {
      return false;
    }
    try (InputStream all = Files.newInputStream(whole);
        InputStream some = Files.newInputStream(part)) {
      while (true) {
        byte[] bytes = some.readNBytes(BUFFER);
        if (!Arrays.equals(bytes, all.readNBytes(bytes.length))) {
          return false;
        }
        if (bytes.length < BUFFER) {
          return true;
        }
      }
    }
  }

  private boolean isInTheWay(String path) throws IOException {
    Path place = at(path);
    if (Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS)) {
      try {
        Files.delete(place);
      } catch (DirectoryNotEmptyException e) {
        return true;
      }
    }
    return false;
  }

  /** Removes a file, and the directories that are empty then, as git does. */
  private void remove(String path) throws IOException {
    Path place = at(path);
    if (Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    Files.deleteIfExists(place);
    Path parent = place.getParent();
    while (parent != null && !parent.equals(checkout.top())) {
      try {
        Files.deleteIfExists(parent);
      } catch (IOException e) {
        return; // something else is in it
      }
      parent = parent.getParent();
    }
  }
}
