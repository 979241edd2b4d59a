package io.kugetsu.worktree.internal.work;

import io.kugetsu.worktree.Obstacle;
import io.kugetsu.worktree.RemovalRequest;
import io.kugetsu.worktree.WorkState;
import io.kugetsu.worktree.Worktree;
import io.kugetsu.worktree.internal.git.Git;
import io.kugetsu.worktree.internal.git.GitCommand;
import io.kugetsu.worktree.internal.git.GitResult;
import io.kugetsu.worktree.internal.git.RawPath;
import io.kugetsu.worktree.internal.registry.Located;
import io.kugetsu.worktree.internal.registry.Located.Search;
import io.kugetsu.worktree.internal.registry.Registry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Tells what is in a worktree that a removal would have to care about. */
public record TreeState(Git git, Registry registry, Path realRoot) {
  private static final Path STASHES = Path.of("logs", "refs", "stash");
  private static final int UNKNOWN = -1;

  public WorkState of(Worktree worktree) {
    Search search = Located.find(registry, realRoot, worktree);
    if (search.located().isEmpty()) {
      return new WorkState(search.obstacles(), Optional.empty(), Optional.empty(), UNKNOWN, 0);
    }
    Look look = Look.at(git, registry, search.located().get(), RemovalRequest.refusing());
    List<Obstacle> obstacles = look.against();
    int none = look.branch().isPresent() ? 0 : UNKNOWN;
    int unpushed = look.head().map(head -> unpushed(head, worktree.baseCommit())).orElse(none);
    int stashes = look.branch().map(this::stashes).orElse(0);
    return new WorkState(obstacles, look.branch(), look.head(), unpushed, stashes);
  }

  private int unpushed(String head, String base) {
    boolean remotes =
        !git.runRetrying(
                GitCommand.onRepository(
                    registry.common(), "for-each-ref", "--count=1", "refs/remotes/"))
            .orThrow()
            .line()
            .isEmpty();
    GitResult count =
        git.runRetrying(
            GitCommand.onRepository(
                    registry.common(),
                    "rev-list",
                    "--count",
                    head,
                    "--not",
                    remotes ? "--remotes" : base)
                .within(GitCommand.LONG));
    return count.ok() ? Integer.parseInt(count.line()) : UNKNOWN;
  }

  /** Of each entry the log says on which branch it was made. */
  private int stashes(String branch) {
    String raw = RawPath.raw(branch);
    Path log = registry.common().resolve(STASHES);
    try (Stream<String> lines = Files.lines(log, StandardCharsets.ISO_8859_1)) {
      return (int)
          lines
              .map(line -> line.substring(line.indexOf('\t') + 1))
              .filter(
                  text ->
                      text.startsWith("WIP on " + raw + ":") || text.startsWith("On " + raw + ":"))
              .count();
    } catch (NoSuchFileException e) {
      return 0;
    } catch (IOException | UncheckedIOException e) {
      return UNKNOWN;
    }
  }
}
