package io.kugetsu.worktree.internal.setup;

import io.kugetsu.worktree.Creation.Reason;
import io.kugetsu.worktree.Creation.Refused;
import io.kugetsu.worktree.internal.git.Git;
import io.kugetsu.worktree.internal.git.GitCommand;
import io.kugetsu.worktree.internal.registry.Names;
import io.kugetsu.worktree.internal.registry.Refusal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files that a fresh checkout lacks and the main checkout has: those that {@code
 * .worktreeinclude} there names, in the syntax of {@code .gitignore}, if git ignores them too. Git
 * itself matches the patterns, and lists no path that leads through a link.
 *
 * @param git runs git
 * @param main the main checkout; empty when there is none
 * @param tree the new worktree
 */
public record IncludedFiles(Git git, Optional<Path> main, Path tree) {
  private static final Logger LOG = LoggerFactory.getLogger(IncludedFiles.class);
  private static final String NAME = ".worktreeinclude";

  /**
   * Copies them.
   *
   * @return why one could not be copied, or empty
   */
  public Optional<Refused> copy() {
    Path from = main.orElse(tree);
    if (from.equals(tree) || !Files.isRegularFile(from.resolve(NAME), LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    FileCopier copier = new FileCopier(from, tree);
    for (String path : wanted(from)) {
      try {
        copier.copy(from.getFileSystem().getPath(path));
      } catch (InvalidPathException e) {
        LOG.warn("{} in {} is not copied, as its name cannot be read", path, from);
      } catch (IOException e) {
        return Refusal.of(
            Reason.SETUP_FAILED,
            "'" + Names.excerpt(path) + "', which " + NAME + " names, cannot be copied: " + e);
      }
    }
    return Optional.empty();
  }

  private Set<String> wanted(Path from) {
    Set<String> named = new LinkedHashSet<>(list(from, "--exclude-from=" + NAME));
    if (!named.isEmpty()) {
      named.retainAll(list(from, "--exclude-standard"));
    }
    return named;
  }

  /** What git does not track and the patterns match; never what is in a repository inside. */
  private Set<String> list(Path from, String patterns) {
    Set<String> paths = new TreeSet<>();
    git.runRetrying(
            GitCommand.inTree(from, "ls-files", "--others", "--ignored", patterns, "-z")
                .within(GitCommand.LONG)
                .each(
                    '\0',
                    path -> {
                      if (!path.endsWith("/")) {
                        paths.add(path);
                      }
                    }))
        .orThrow();
    return paths;
  }
}
