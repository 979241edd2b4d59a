package io.kugetsu.worktree.internal.registry;

import io.kugetsu.worktree.Obstacle;
import io.kugetsu.worktree.Obstacle.Kind;
import io.kugetsu.worktree.Removal.Refused;
import io.kugetsu.worktree.Worktree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A worktree of ours that was found to be what it claims: git's entry for its place has our record,
 * nobody else locked it, and its directory, if it is there, leads back to that entry.
 *
 * @param missing whether its directory is not there
 */
public record Located(Entry entry, TreeRecord record, Path tree, boolean missing) {
  /** It, or what stands against calling it that. */
  public record Search(Optional<Located> located, List<Obstacle> obstacles) {
    private static Search against(Kind kind, String text) {
      return new Search(Optional.empty(), List.of(new Obstacle(kind, 1, List.of(text))));
    }

    public Refused refused() {
      return new Refused(obstacles);
    }
  }

  /** Looks for it. */
  public static Search find(Registry registry, Path realRoot, Worktree worktree) {
    Path tree = worktree.path();
    List<Entry> entries = registry.from(tree);
    Optional<Entry> registered = registry.own(entries, tree);
    Optional<TreeRecord> record = registered.flatMap(entry -> TreeRecord.read(entry.directory()));
    if (!worktree.repository().equals(registry.common())
        || !Names.isValid(worktree.name())
        || record.filter(of -> of.name().equals(worktree.name())).isEmpty()
        || !isWhereItMayBe(registered.get(), realRoot, worktree)) {
      return Search.against(
          Kind.NOT_REGISTERED, "git has no worktree of ours at " + tree + " below " + realRoot);
    }
    Entry entry = registered.get();
    if (entry.isLockedByOthers(worktree.name())) {
      return Search.against(
          Kind.LOCKED_BY_OTHERS,
          "locked: " + entry.lockReason() + "; 'git worktree unlock' it first");
    }
    Optional<Entry> kept = entries.stream().filter(inner -> isKept(inner, tree)).findFirst();
    if (kept.isPresent()) {
      return Search.against(
          Kind.LOCKED_BY_OTHERS,
          "the worktree in it at "
              + kept.get().tree()
              + " is locked: "
              + kept.get().lockReason()
              + "; 'git worktree unlock' it first");
    }
    boolean missing = !Files.exists(tree, LinkOption.NOFOLLOW_LINKS);
    try {
      if (!missing && !entry.isLinkedFrom(tree)) {
        return Search.against(
            Kind.FOREIGN_DIRECTORY, tree + " is not the worktree that git has registered there");
      }
      Optional<String> mounted = Mounts.firstIn(tree);
      if (!missing && mounted.isPresent()) {
        return Search.against(
            Kind.FOREIGN_DIRECTORY, mounted.get() + " is mounted in it; unmount that first");
      }
    } catch (IOException e) {
      return Search.against(Kind.FOREIGN_DIRECTORY, tree + " cannot be read: " + e);
    }
    Located located = new Located(entry, record.orElseThrow(), tree, missing);
    return new Search(Optional.of(located), List.of());
  }

  /** Whether a worktree inside is locked by somebody, but not because it is one of ours. */
  private static boolean isKept(Entry inner, Path tree) {
    return !inner.isAt(tree)
        && inner.lockReason() != null
        && TreeRecord.read(inner.directory())
            .filter(record -> !inner.isLockedByOthers(record.name()))
            .isEmpty();
  }

  /** Directly below the root under its name, or where it was adopted. */
  private static boolean isWhereItMayBe(Entry entry, Path realRoot, Worktree worktree) {
    return worktree.path().equals(realRoot.resolve(worktree.name()))
        || Adopted.isNoted(entry.directory());
  }
}
