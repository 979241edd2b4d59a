package io.kugetsu.worktree.internal.work;

import io.kugetsu.worktree.internal.git.Git;
import io.kugetsu.worktree.internal.git.GitCommand;
import io.kugetsu.worktree.internal.git.GitResult;
import io.kugetsu.worktree.internal.git.Output;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Brings what the repositories of submodules have and no remote of theirs does into the worktree's
 * repository, so that git can look at it there. No hook, setting or program of a submodule comes
 * into it.
 *
 * @param common the worktree's repository
 * @param idLength how many digits its ids have
 */
public record ModuleHeads(Git git, Path common, int idLength) {
  private static final String NO_NETWORK = "GIT_ALLOW_PROTOCOL";
  private static final String PROMISED = "*.promisor";

  /**
   * Brings all of it. A repository that lacks a part of its history, or has ids of another length,
   * cannot be a part of another one and is passed over.
   *
   * @param modules where the repositories are
   * @return what is checked out in each, and the commits from which all others can be reached
   */
  public List<String> bring(Path modules) throws IOException {
    Set<String> heads = new LinkedHashSet<>();
    for (Path repository : ModulesProbe.all(modules)) {
      if (isWhole(repository)) {
        List<String> some = heads(repository);
        if (!some.isEmpty() && some.stream().allMatch(id -> id.length() == idLength)) {
          copy(repository, some);
          heads.addAll(some);
        }
      }
    }
    return List.copyOf(heads);
  }

  private static boolean isWhole(Path repository) throws IOException {
    if (Files.exists(repository.resolve("shallow"), LinkOption.NOFOLLOW_LINKS)) {
      return false;
    }
    Path packs = repository.resolve("objects").resolve("pack");
    if (!Files.isDirectory(packs)) {
      return true;
    }
    try (DirectoryStream<Path> promised = Files.newDirectoryStream(packs, PROMISED)) {
      return !promised.iterator().hasNext();
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
  }

  private List<String> heads(Path repository) {
    List<String> heads = new ArrayList<>();
    GitResult head =
        git.runRetrying(
            ModulesProbe.in(repository, "rev-parse", "--verify", "--quiet", "HEAD^{commit}"));
    if (head.ok()) {
      heads.add(head.line());
    }
    List<String> commits = new ArrayList<>();
    Set<String> parents = new HashSet<>();
    git.runRetrying(
            ModulesProbe.in(
                    repository,
                    "rev-list",
                    "--parents",
                    "--ignore-missing",
                    "--all",
                    "--reflog",
                    "--not",
                    "--remotes")
                .within(GitCommand.LONG)
                .each(
                    '\n',
                    line -> {
                      List<String> words = List.of(line.split(" "));
                      commits.add(words.get(0));
                      parents.addAll(words.subList(1, words.size()));
                    }))
        .orThrow();
    commits.stream().filter(id -> !parents.contains(id) && !heads.contains(id)).forEach(heads::add);
    return heads;
  }

  private void copy(Path repository, List<String> heads) {
    byte[] ids = (String.join("\n", heads) + "\n").getBytes(StandardCharsets.US_ASCII);
    GitCommand pack =
        ModulesProbe.in(repository, "pack-objects", "--revs", "--stdout", "--quiet")
            .with(NO_NETWORK, "none")
            .within(GitCommand.LONG)
            .reading(stream -> stream.write(ids));
    git.run(
            GitCommand.onRepository(common, "index-pack", "--stdin")
                .within(GitCommand.LONG)
                .reading(stream -> git.run(pack.into(() -> new Through(stream))).orThrow()))
        .orThrow();
  }

  /** Hands on what comes. */
  private static final class Through extends Output {
    private final OutputStream target;
    private @Nullable IOException failure;

    Through(OutputStream target) {
      this.target = target;
    }

    @Override
    public synchronized void add(byte[] buffer, int length) {
      if (failure == null) {
        try {
          target.write(buffer, 0, length);
        } catch (IOException e) {
          failure = e; // git must be able to go on writing
        }
      }
    }

    @Override
    public String text() {
      return "";
    }

    @Override
    public synchronized void rethrow() {
      if (failure != null) {
        throw new UncheckedIOException(failure);
      }
    }
  }
}
