package io.kugetsu.worktree.internal;

import io.kugetsu.common.StorageException;
import io.kugetsu.internal.LockFile;
import io.kugetsu.worktree.Obstacle;
import io.kugetsu.worktree.Obstacle.Kind;
import io.kugetsu.worktree.Removal;
import io.kugetsu.worktree.Removal.Refused;
import io.kugetsu.worktree.Removal.Removed;
import io.kugetsu.worktree.RemovalRequest;
import io.kugetsu.worktree.Rescue;
import io.kugetsu.worktree.Worktree;
import io.kugetsu.worktree.internal.Located.Search;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;

/**
 * Removes worktrees: looks for work, saves it if that is asked for, and takes directory and entry
 * away only when nothing is left to lose.
 */
record TreeRemoval(Git git, Registry registry, Path root) {
  // What was seen before a longer wait for the lock may no longer be so.
  private static final Duration FRESH = Duration.ofMillis(250);
  private static final int TRIES = 3;

  Removal remove(Worktree worktree, RemovalRequest request) {
    Path realRoot = Roots.canonical(root);
    try {
      for (int tries = 0; tries < TRIES; tries++) {
        Optional<Removal> removal = once(worktree, request, realRoot);
        if (removal.isPresent()) {
          return removal.get();
        }
      }
    } catch (TimeoutException e) {
      return refused(Kind.REPOSITORY_BUSY, e.getMessage() + "; try again");
    }
    return refused(Kind.UNKNOWN, "something goes on changing it while it is being removed");
  }

  /** One try; empty when the worktree was changed meanwhile, and is as it was. */
  private Optional<Removal> once(Worktree worktree, RemovalRequest request, Path realRoot)
      throws TimeoutException {
    Search search = Located.find(registry, realRoot, worktree);
    if (search.located().isEmpty()) {
      return Optional.of(search.refused());
    }
    Located located = search.located().get();
    if (request.grace().isPresent() && !located.missing()) {
      endProcesses(located.tree(), request.grace().get());
    }
    Look look = Look.at(git, registry, located, request);
    if (!look.against().isEmpty()) {
      return Optional.of(new Refused(look.against()));
    }
    return look.needsRescue()
        ? rescued(worktree, request, search, look, realRoot)
        : plain(worktree, request, search, look, realRoot);
  }

  private Optional<Removal> plain(
      Worktree worktree, RemovalRequest request, Search search, Look first, Path realRoot)
      throws TimeoutException {
    Located located = search.located().orElseThrow();
    Takeaway takeaway = Takeaway.of(registry, realRoot, located, Optional.empty());
    Look look = first;
    List<Path> left;
    long before = System.nanoTime();
    try (LockFile.Held held = registry.lock()) {
      boolean fresh = System.nanoTime() - before < FRESH.toNanos();
      if (!Located.find(registry, realRoot, worktree).equals(search)) {
        return Optional.empty();
      }
      if (!fresh) {
        look = Look.at(git, registry, located, request);
        if (!look.against().isEmpty() || look.needsRescue()) {
          return Optional.empty();
        }
      }
      try (Begun begun = takeaway.begin()) {
        try {
          takeaway.takeTree();
          left = takeaway.takeEntry(begun);
        } finally {
          if (takeaway.isUndone()) {
            begun.done();
          }
        }
      }
    }
    return Optional.of(removed(look, left, realRoot, Optional.empty()));
  }

  private Optional<Removal> rescued(
      Worktree worktree, RemovalRequest request, Search search, Look look, Path realRoot)
      throws TimeoutException {
    Located located = search.located().orElseThrow();
    Rescuer rescuer = new Rescuer(git, registry, located, request);
    RescueDraft draft;
    try {
      Rescuer.Prepared prepared = rescuer.prepare(look.probe().orElseThrow());
      if (prepared.draft().isEmpty()) {
        return Optional.of(new Refused(prepared.obstacles()));
      }
      draft = prepared.draft().get();
    } catch (IOException e) {
      return Optional.of(refused(Kind.UNKNOWN, String.valueOf(e.getMessage())));
    }
    RescueRefs refs = new RescueRefs(git, registry.common());
    Rescue rescue = draft.commit(git, registry.common(), refs.free(located.record().name()));
    Takeaway takeaway = Takeaway.of(registry, realRoot, located, Optional.of(rescue));
    try (Begun begun = takeaway.begin()) {
      Optional<List<Path>> left = Optional.empty();
      try {
        if (refs.create(rescue.ref(), rescue.commit())) {
          rescuer.verify(draft, rescue);
          left = takeVerified(worktree, search, rescuer, draft, takeaway, begun, realRoot);
        }
      } catch (IOException e) {
        throw new StorageException(located.tree(), "could not be rescued: " + e.getMessage(), e);
      } finally {
        if (left.isEmpty() && takeaway.isUndone()) {
          refs.delete(rescue.ref(), rescue.commit());
          begun.done();
        }
      }
      return left.map(places -> removed(look, places, realRoot, Optional.of(rescue)));
    }
  }

  /** Takes it away if nothing was changed since it was read; empty when something was. */
  private Optional<List<Path>> takeVerified(
      Worktree worktree,
      Search search,
      Rescuer rescuer,
      RescueDraft draft,
      Takeaway takeaway,
      Begun begun,
      Path realRoot)
      throws IOException, TimeoutException {
    try (LockFile.Held held = registry.lock()) {
      if (!Located.find(registry, realRoot, worktree).equals(search)) {
        return Optional.empty();
      }
      // From then on only who has a file open already can still change anything.
      takeaway.takeTree();
      boolean unchanged = false;
      try {
        unchanged = rescuer.isUnchanged(draft, takeaway.place());
      } finally {
        if (!unchanged) {
          takeaway.giveBack();
        }
      }
      return unchanged ? Optional.of(takeaway.takeEntry(begun)) : Optional.empty();
    }
  }

  private Removed removed(Look look, List<Path> left, Path realRoot, Optional<Rescue> rescue) {
    Optional<Path> remains = Optional.empty();
    for (Path place : left) {
      if (!Trash.delete(place)) {
        remains = Optional.of(place);
      }
    }
    sweep(realRoot);
    return new Removed(look.branch(), look.head(), remains, rescue, false, List.of());
  }

  /** Deletes what earlier removals could not delete, or programs that died did not. */
  private void sweep(Path realRoot) {
    Takeaway.entryTrash(registry).sweep();
    Trash.in(realRoot).sweep();
  }

  private static void endProcesses(Path tree, Duration grace) {
    try {
      new TreeProcesses(tree).endOwn(grace);
    } catch (IOException e) {
      throw new StorageException(tree, "has processes that cannot be listed: " + e, e);
    }
  }

  private static Refused refused(Kind kind, String text) {
    return new Refused(List.of(new Obstacle(kind, 1, List.of(text))));
  }
}
