package io.kugetsu.worktree.internal;

import io.kugetsu.common.StorageException;
import io.kugetsu.internal.LockFile;
import io.kugetsu.internal.Trees;
import io.kugetsu.worktree.GitException;
import io.kugetsu.worktree.Obstacle;
import io.kugetsu.worktree.Obstacle.Kind;
import io.kugetsu.worktree.Removal;
import io.kugetsu.worktree.Removal.Refused;
import io.kugetsu.worktree.Removal.Removed;
import io.kugetsu.worktree.RemoveOption;
import io.kugetsu.worktree.Worktree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Removes worktrees. The directory is renamed away, which either happens or does not, then git is
 * told to forget just that one entry, and only then is anything deleted.
 */
record TreeRemoval(Git git, Registry registry, Path root) {
  // What was seen before a longer wait for the lock may no longer be so.
  private static final Duration FRESH = Duration.ofMillis(250);

  Removal remove(Worktree worktree, Set<RemoveOption> options) {
    Path realRoot = Roots.canonical(root);
    Path tree = realRoot.resolve(worktree.name());
    if (!Names.isValid(worktree.name())
        || !worktree.path().equals(tree)
        || !worktree.repository().equals(registry.common())) {
      return refused(Kind.NOT_REGISTERED, worktree.path() + " is not below " + realRoot);
    }
    Look look = look(worktree, tree, options);
    if (look.refused() != null) {
      return look.refused();
    }
    Path place;
    long before = System.nanoTime();
    try (LockFile.Held held = registry.lock()) {
      boolean fresh = System.nanoTime() - before < FRESH.toNanos();
      boolean same = registry.at(tree).equals(Optional.ofNullable(look.entry()));
      if (!fresh || !same || !isStill(look.entry(), tree)) {
        look = look(worktree, tree, options);
      }
      if (look.refused() != null) {
        return look.refused();
      }
      place = unregister(look.entry(), tree, new Trash(realRoot));
    } catch (TimeoutException e) {
      return refused(Kind.REPOSITORY_BUSY, e.getMessage() + "; try again");
    }
    boolean deleted = place == null || Trees.delete(place);
    return new Removed(
        look.branch(), look.head(), deleted ? Optional.empty() : Optional.ofNullable(place));
  }

  /** Looks at the worktree and says what stands against its removal. */
  private Look look(Worktree worktree, Path tree, Set<RemoveOption> options) {
    Optional<Entry> registered =
        registry.at(tree).filter(entry -> TreeRecord.read(entry.directory()).isPresent());
    if (registered.isEmpty()) {
      String text = "git has no worktree of ours at " + tree;
      return Look.against(refused(Kind.NOT_REGISTERED, text));
    }
    Entry entry = registered.get();
    if (entry.isLockedByOthers(worktree.name())) {
      String text = "locked: " + entry.lockReason() + "; 'git worktree unlock' it first";
      return Look.against(refused(Kind.LOCKED_BY_OTHERS, text));
    }
    if (!Files.exists(tree, LinkOption.NOFOLLOW_LINKS)) {
      return options.contains(RemoveOption.DISCARD_ALL)
          ? new Look(entry, null, Optional.empty(), Optional.empty())
          : Look.against(refused(Kind.MISSING_DIRECTORY, tree + " is gone"));
    }
    if (!isStill(entry, tree)) {
      String text = tree + " is not the worktree that git has registered there";
      return Look.against(refused(Kind.FOREIGN_DIRECTORY, text));
    }
    boolean all = options.contains(RemoveOption.DISCARD_ALL);
    boolean ignored = options.contains(RemoveOption.DISCARD_IGNORED);
    WorkProbe probe = WorkProbe.look(git, entry, tree, ignored && !all);
    List<Obstacle> left =
        probe.obstacles().stream()
            .filter(
                obstacle ->
                    !(all && obstacle.kind().isDiscardable())
                        && !(ignored && obstacle.kind() == Kind.IGNORED_FILES))
            .toList();
    Refused refused = left.isEmpty() ? null : new Refused(left);
    return new Look(entry, refused, probe.branch(), probe.head());
  }

  private static boolean isStill(@Nullable Entry entry, Path tree) {
    try {
      return entry != null
          && (entry.isLinkedFrom(tree) || !Files.exists(tree, LinkOption.NOFOLLOW_LINKS));
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Takes the directory away and the entry with it; where the directory is now, if there was one.
   */
  private @Nullable Path unregister(@Nullable Entry entry, Path tree, Trash trash) {
    Path place = null;
    try {
      if (Files.exists(tree, LinkOption.NOFOLLOW_LINKS)) {
        place = trash.take(tree);
      }
    } catch (IOException e) {
      throw new StorageException(tree, "cannot be moved away and was left as it is: " + e, e);
    }
    try {
      if (entry != null) {
        entry.unlock();
      }
      git.runRetrying(
              GitCommand.onRepository(
                  registry.common(), "worktree", "remove", "--", tree.toString()))
          .orThrow();
      return place;
    } catch (IOException | GitException e) {
      putBack(entry, tree, trash, place, e);
      if (e instanceof GitException failure) {
        throw failure;
      }
      throw new StorageException(tree, "cannot be unlocked and was left as it is: " + e, e);
    }
  }

  private static void putBack(
      @Nullable Entry entry, Path tree, Trash trash, @Nullable Path place, Exception cause) {
    try {
      if (place != null) {
        trash.giveBack(place, tree);
      }
      if (entry != null) {
        entry.lockAgain();
      }
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  private static Refused refused(Kind kind, String text) {
    return new Refused(List.of(new Obstacle(kind, 1, List.of(text))));
  }

  /** What was seen of a worktree. */
  private record Look(
      @Nullable Entry entry,
      @Nullable Refused refused,
      Optional<String> branch,
      Optional<String> head) {
    static Look against(Refused refused) {
      return new Look(null, refused, Optional.empty(), Optional.empty());
    }
  }
}
