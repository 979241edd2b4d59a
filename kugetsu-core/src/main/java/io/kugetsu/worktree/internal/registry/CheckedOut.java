package io.kugetsu.worktree.internal.registry;

import io.kugetsu.common.StorageException;
import io.kugetsu.worktree.internal.git.GitCommand;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A directory with files of a commit checked out: the main one, or that of a linked worktree.
 *
 * @param gitDirectory where git keeps its HEAD and its index
 * @param top its top level
 * @param ours whether it is a worktree that was made here
 */
public record CheckedOut(Path gitDirectory, Path top, boolean ours) {
  private static final String BRANCHES = "refs/heads/";
  private static final String REF = "ref: ";

  /** A command in it; neither is searched for, so git cannot find another one. */
  public GitCommand command(String... arguments) {
    List<String> all = new ArrayList<>(List.of("--git-dir=" + gitDirectory, "--work-tree=" + top));
    all.addAll(List.of(arguments));
    return GitCommand.in(top, all.toArray(String[]::new));
  }

  /**
   * A hook in it. Where git finds the one by the other it is told neither, as whoever has it
   * checked out tells neither: a hook hands on what it is told to each git that it runs.
   */
  public GitCommand hook(String... arguments) throws IOException {
    String[] run = run(arguments);
    return isFound() ? GitCommand.in(top, run) : command(run);
  }

  /** A hook of a repository that has no checkout. */
  public static GitCommand hookWithout(Path common, String... arguments) {
    return GitCommand.onRepository(common, run(arguments));
  }

  private static String[] run(String... arguments) {
    List<String> all = new ArrayList<>(List.of("hook", "run", "--ignore-missing"));
    all.addAll(List.of(arguments));
    return all.toArray(String[]::new);
  }

  private boolean isFound() throws IOException {
    Path link = top.resolve(".git");
    Path found =
        Files.isDirectory(link) ? link : TreeLink.of(top).map(TreeLink::target).orElse(link);
    return Files.isDirectory(found) && Files.isSameFile(found, gitDirectory);
  }

  /**
   * What git says of the files in it, in a form for programs, changing nothing and running nothing;
   * {@link #statusPath} reads a line of it.
   */
  public GitCommand status(String... options) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "-c",
                "core.fsmonitor=",
                "--no-optional-locks",
                "status",
                "--porcelain=v2",
                "-z",
                "--no-renames"));
    all.addAll(List.of(options));
    return command(all.toArray(String[]::new)).within(GitCommand.LONG);
  }

  /** The path in a line about one: it is behind the fields, of which each kind has its number. */
  public static String statusPath(String line) {
    int fields = line.charAt(0) == '?' ? 1 : line.charAt(0) == 'u' ? 10 : 8;
    return line.split(" ", fields + 1)[fields];
  }

  public Path index() {
    return gitDirectory.resolve("index");
  }

  /** The branch that is checked out, with {@code refs/heads/}; empty when none is. */
  public Optional<String> branch() {
    return line("HEAD").filter(head -> head.startsWith(REF)).map(ref -> ref.substring(5).strip());
  }

  /** Whether a branch is being rebased or bisected in it, and will be moved at the end of that. */
  boolean isBusyWith(String ref) {
    return line("rebase-merge/head-name").filter(ref::equals).isPresent()
        || line("rebase-apply/head-name").filter(ref::equals).isPresent()
        || line("BISECT_START").filter(start -> ref.equals(BRANCHES + start)).isPresent()
        || lines("rebase-merge/update-refs").contains(ref);
  }

  private Optional<String> line(String file) {
    return lines(file).stream().findFirst();
  }

  private List<String> lines(String name) {
    Path file = gitDirectory.resolve(name);
    try {
      return Files.readAllLines(file, StandardCharsets.UTF_8);
    } catch (NoSuchFileException e) {
      return List.of(); // there is none, or it went just now, maybe with all of the entry
    } catch (IOException e) {
      if (isBelowFile(file)) {
        return List.of();
      }
      throw new StorageException(file, "cannot be read: " + e, e);
    }
  }

  /** Whether something above it is no directory, so that it cannot be there. */
  private static boolean isBelowFile(Path file) {
    Path above = file.getParent();
    while (above != null && !Files.exists(above)) {
      above = above.getParent();
    }
    return above != null && !Files.isDirectory(above);
  }
}
