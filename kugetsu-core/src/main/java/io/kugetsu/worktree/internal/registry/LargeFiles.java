package io.kugetsu.worktree.internal.registry;

import io.kugetsu.worktree.Creation.Reason;
import io.kugetsu.worktree.Creation.Refused;
import io.kugetsu.worktree.LfsPolicy;
import io.kugetsu.worktree.internal.git.Git;
import io.kugetsu.worktree.internal.git.GitCommand;
import io.kugetsu.worktree.internal.git.GitResult;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What becomes of files in git's Large File Storage. They are let be pointers by settings for the
 * one command that checks them out, so that nothing is changed in the repository.
 *
 * @param git runs git
 * @param policy what is wanted
 */
public record LargeFiles(Git git, LfsPolicy policy) {
  private static final String PROGRAM = "git-lfs";
  private static final byte[] POINTER =
      "version https://git-lfs.github.com/spec/".getBytes(StandardCharsets.US_ASCII);
  private static final Pattern FAILED =
      Pattern.compile("filter '?(git-lfs|lfs)\\b|git-lfs: |smudge filter lfs failed");
  private static final List<String> NO_FILTER =
      List.of(
          "-c",
          "filter.lfs.smudge=",
          "-c",
          "filter.lfs.process=",
          "-c",
          "filter.lfs.required=false");

  /** What to put in front of the command that writes the files. */
  public List<String> settings() {
    return policy == LfsPolicy.SKIP_SMUDGE ? NO_FILTER : List.of();
  }

  /** For the program itself, which a hook may start too. */
  public Map<String, String> variables() {
    return policy == LfsPolicy.SKIP_SMUDGE ? Map.of("GIT_LFS_SKIP_SMUDGE", "1") : Map.of();
  }

  /** A refusal when it was the large files that could not be checked out. */
  public Optional<Refused> failure(GitResult checkout) {
    return !checkout.ok() && FAILED.matcher(checkout.err()).find()
        ? Refusal.of(
            Reason.LFS_UNAVAILABLE,
            "large files could not be checked out; install git-lfs, or leave them be pointers: "
                + checkout.err().strip())
        : Optional.empty();
  }

  /** Looks whether all of them are there, where they must be. */
  public Optional<Refused> check(Path tree) {
    if (policy != LfsPolicy.REQUIRE) {
      return Optional.empty();
    }
    List<String> pointers = new ArrayList<>();
    git.runRetrying(
            GitCommand.inTree(tree, "ls-files", "-z", "--", ":(top,attr:filter=lfs)")
                .within(GitCommand.LONG)
                .each(
                    '\0',
                    path -> {
                      if (isPointer(tree.resolve(path))) {
                        pointers.add(path);
                      }
                    }))
        .orThrow();
    return pointers.isEmpty()
        ? Optional.empty()
        : Refusal.of(
            Reason.LFS_UNAVAILABLE,
            pointers.size()
                + " large files are pointers, '"
                + Names.excerpt(pointers.get(0))
                + "' for example; install git-lfs, and run 'git lfs install'");
  }

  private static boolean isPointer(Path file) {
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      return false;
    }
    try (InputStream in = Files.newInputStream(file)) {
      return Arrays.equals(POINTER, in.readNBytes(POINTER.length));
    } catch (IOException e) {
      return true; // what cannot be read is not there either
    }
  }

  /** Whether the program is on the path, or among git's own. */
  public static boolean canBeRead(Map<String, String> environment) {
    String path = environment.getOrDefault("PATH", "");
    return Stream.concat(
            Arrays.stream(path.split(File.pathSeparator)).flatMap(LargeFiles::withGits),
            Stream.of(environment.getOrDefault("GIT_EXEC_PATH", "")))
        .filter(directory -> !directory.isEmpty())
        .anyMatch(directory -> Files.isExecutable(Path.of(directory, PROGRAM)));
  }

  private static Stream<String> withGits(String directory) {
    return directory.isEmpty()
        ? Stream.empty()
        : Stream.of(directory, directory + "/../lib/git-core", directory + "/../libexec/git-core");
  }
}
