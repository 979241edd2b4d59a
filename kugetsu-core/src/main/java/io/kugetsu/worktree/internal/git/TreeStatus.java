package io.kugetsu.worktree.internal.git;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** What {@code git status} says about a worktree, whatever the settings hide from people. */
public final class TreeStatus {
  private static final String OID = "# branch.oid ";
  private static final String HEAD = "# branch.head ";
  private static final String UNBORN = "(initial)";
  private static final String DETACHED = "(detached)";

  private @Nullable String head;
  private @Nullable String branch;

  /**
   * Reads the status.
   *
   * @param paths takes each path, as in {@link RawPath}, with the letter that says what it is:
   *     {@code 1} or {@code u} for changed, {@code ?} for untracked, {@code !} for ignored; it ends
   *     in a slash if it is a directory
   */
  public static TreeStatus read(
      Git git, Path tree, boolean ignored, BiConsumer<Character, String> paths) {
    TreeStatus status = new TreeStatus();
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "-c",
                "status.showUntrackedFiles=all",
                "-c",
                "core.fsmonitor=",
                "-c",
                "core.untrackedCache=false",
                "-c",
                "core.checkStat=default",
                "-c",
                "core.trustctime=true",
                "--no-optional-locks",
                "status",
                "--porcelain=v2",
                "--branch",
                "-z",
                "--no-renames",
                "--untracked-files=all",
                "--ignore-submodules=none"));
    if (ignored) {
      arguments.add("--ignored=matching");
    }
    if (hasModes(tree)) {
      arguments.addAll(0, List.of("-c", "core.fileMode=true"));
    }
    GitResult result =
        git.runRetrying(
                GitCommand.inTree(tree, arguments.toArray(String[]::new))
                    .within(GitCommand.LONG)
                    .eachRaw('\0', line -> status.take(line, paths)))
            .orThrow();
    // Git only warns that it could not look somewhere, and calls what it saw the status.
    if (result.err().contains("could not open directory")) {
      throw result.failure();
    }
    return status;
  }

  /** The full id of the commit that is checked out; empty when the branch has none yet. */
  public Optional<String> head() {
    return Optional.ofNullable(head);
  }

  /** The branch that is checked out; empty when none is. */
  public Optional<String> branch() {
    return Optional.ofNullable(branch);
  }

  /**
   * Whether a file can be executable or not. Where every file is, git has been told so; else a
   * change of it counts, whatever git was told.
   */
  private static boolean hasModes(Path tree) {
    return File.separatorChar == '/' && !Files.isExecutable(tree.resolve(".git"));
  }

  private void take(String line, BiConsumer<Character, String> paths) {
    char kind = line.charAt(0);
    if (line.startsWith(OID)) {
      String id = line.substring(OID.length());
      head = id.equals(UNBORN) ? null : id;
    } else if (line.startsWith(HEAD)) {
      String name = line.substring(HEAD.length());
      branch = name.equals(DETACHED) ? null : RawPath.shown(name);
    } else if (kind == '?' || kind == '!') {
      paths.accept(kind, line.substring(2));
    } else if (kind != '#') {
      paths.accept(kind, path(line, kind == 'u' ? 10 : 8));
    }
  }

  /** What is behind so many fields, spaces in it included. */
  private static String path(String line, int fields) {
    int at = 0;
    for (int field = 0; field < fields; field++) {
      at = line.indexOf(' ', at) + 1;
    }
    return line.substring(at);
  }
}
