package io.kugetsu.worktree.internal;

import io.kugetsu.common.StorageException;
import io.kugetsu.internal.LockFile;
import io.kugetsu.worktree.internal.git.Git;
import io.kugetsu.worktree.internal.home.IntegrationSettler;
import io.kugetsu.worktree.internal.making.AdoptionSettler;
import io.kugetsu.worktree.internal.making.CreationSettler;
import io.kugetsu.worktree.internal.registry.Begun;
import io.kugetsu.worktree.internal.registry.CutOffLock;
import io.kugetsu.worktree.internal.registry.Orphans;
import io.kugetsu.worktree.internal.registry.Registry;
import io.kugetsu.worktree.internal.registry.Settler;
import io.kugetsu.worktree.internal.removal.RemovalSettler;
import io.kugetsu.worktree.internal.rescue.RestoreSettler;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Settles what programs that died had begun in a repository. */
public record Settlement(Git git, Registry registry, List<Settler> settlers) {
  private static final Logger LOG = LoggerFactory.getLogger(Settlement.class);

  /** With everything that can be settled. */
  public static Settlement of(Git git, Registry registry) {
    return new Settlement(
        git,
        registry,
        List.of(
            new CreationSettler(),
            new AdoptionSettler(),
            new IntegrationSettler(),
            new RemovalSettler(),
            new RestoreSettler()));
  }

  /** Settles all of it as far as possible; what is not is left for the next time, and logged. */
  public void all() {
    try {
      Begun.sweep(registry);
      CutOffLock.clearBelow(registry.common().resolve("refs").resolve("kugetsu"), registry);
      settleAll(Begun.left(registry));
    } catch (StorageException e) {
      // who may not write here cannot settle anything, but can still look
      LOG.warn("what was cut off in {} cannot be settled", registry.common(), e);
    }
  }

  private void settleAll(List<Begun> left) {
    if (left.isEmpty()) {
      return;
    }
    // Git that was about to end anyway does so before anybody has to wait for the lock.
    left.forEach(begun -> Orphans.of(begun).awaitEnd());
    try (LockFile.Held held = registry.lock()) {
      left.forEach(this::settle);
    } catch (TimeoutException e) {
      LOG.warn("{} things that were cut off are left: {}", left.size(), e.getMessage());
    }
  }

  /**
   * Settles what was begun with one worktree, or is in the way of a branch.
   *
   * @return what could not be settled, or empty when nothing is left
   */
  public Optional<String> of(String name, String branch) {
    List<Begun> left =
        Begun.left(registry).stream()
            .filter(
                begun ->
                    begun.name().equals(name)
                        || begun.field("branch").filter(branch::equals).isPresent())
            .toList();
    if (left.isEmpty()) {
      return Optional.empty();
    }
    try (LockFile.Held held = registry.lock()) {
      return left.stream().map(this::settle).flatMap(Optional::stream).reduce((a, b) -> a);
    } catch (TimeoutException e) {
      return Optional.of(left.get(0) + " was cut off and cannot be settled: " + e.getMessage());
    }
  }

  private Optional<String> settle(Begun begun) {
    if (!begun.isStillLeft()) {
      return Optional.empty();
    }
    Optional<Settler> settler =
        settlers.stream().filter(each -> each.kind() == begun.kind()).findFirst();
    String problem;
    if (settler.isEmpty()) {
      problem = "nothing here knows how";
    } else if (!Orphans.of(begun).end()) {
      problem = "a process of it still lives";
    } else {
      try {
        LOG.warn("{} was cut off and is being settled", begun);
        settler.get().settle(begun, begun.marked(git), registry);
        begun.done();
        return Optional.empty();
      } catch (IOException | RuntimeException e) {
        problem = e.toString();
      }
    }
    LOG.warn("{} was cut off and could not be settled: {}", begun, problem);
    return Optional.of(begun + " was cut off and cannot be settled: " + problem);
  }
}
