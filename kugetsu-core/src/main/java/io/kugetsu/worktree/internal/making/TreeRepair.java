package io.kugetsu.worktree.internal.making;

import io.kugetsu.common.StorageException;
import io.kugetsu.internal.LockFile;
import io.kugetsu.worktree.RepairReport;
import io.kugetsu.worktree.RepairReport.Finding;
import io.kugetsu.worktree.RepairReport.Kind;
import io.kugetsu.worktree.internal.Settlement;
import io.kugetsu.worktree.internal.git.Git;
import io.kugetsu.worktree.internal.registry.Adopted;
import io.kugetsu.worktree.internal.registry.Begun;
import io.kugetsu.worktree.internal.registry.Entry;
import io.kugetsu.worktree.internal.registry.Registry;
import io.kugetsu.worktree.internal.registry.Roots;
import io.kugetsu.worktree.internal.registry.TreeLink;
import io.kugetsu.worktree.internal.registry.TreeRecord;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeoutException;

/**
 * Puts the links between our worktrees and the repository in order, each only where it is certain
 * what belongs together. Worktrees of others are left alone, which {@code git worktree repair}
 * would not do: it takes whatever is at a registered place for that worktree.
 */
public final class TreeRepair {
  private final Git git;
  private final Registry registry;
  private final Path root;
  private final Set<Path> places = new LinkedHashSet<>();
  private final List<Finding> repaired = new ArrayList<>();
  private final List<Finding> unrepaired = new ArrayList<>();

  /**
   * For one use.
   *
   * @param moved where worktrees may be that were moved out of the root
   */
  public TreeRepair(Git git, Registry registry, Path root, List<Path> moved) {
    this.git = git;
    this.registry = registry;
    this.root = root;
    for (Path path : moved) {
      places.add(Roots.canonical(path));
    }
  }

  public RepairReport run() {
    settle();
    try (LockFile.Held held = registry.lock()) {
      lookAround();
      for (Entry entry : registry.entriesWhere(TreeRecord::isIn)) {
        Optional<TreeRecord> record = TreeRecord.read(entry.directory());
        if (record.isPresent()) {
          repair(entry, record.get());
        }
      }
      for (Path place : places) {
        forgotten(place);
      }
    } catch (TimeoutException e) {
      throw new StorageException(registry.common(), e.getMessage() + "; try again", e);
    } catch (IOException e) {
      throw new StorageException(registry.common(), "cannot be repaired: " + e, e);
    }
    return new RepairReport(repaired, unrepaired);
  }

  private void settle() {
    List<Begun> before = Begun.left(registry);
    if (before.isEmpty()) {
      return;
    }
    Settlement.of(git, registry).all();
    for (Begun begun : before) {
      Path path = begun.field("root").map(Path::of).orElse(root).resolve(begun.name());
      if (begun.isStillLeft()) {
        add(unrepaired, Kind.CUT_OFF, path, begun + " was cut off and cannot be settled yet");
      } else {
        add(repaired, Kind.CUT_OFF, path, begun + " was cut off and is settled");
      }
    }
  }

  private void lookAround() throws IOException {
    try (DirectoryStream<Path> children = Files.newDirectoryStream(root)) {
      for (Path child : children) {
        if (Files.isDirectory(child, LinkOption.NOFOLLOW_LINKS)) {
          places.add(child);
        }
      }
    } catch (NoSuchFileException e) {
      // Nothing was ever made here, or the root is elsewhere now.
      return;
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
  }

  private void repair(Entry entry, TreeRecord record) throws IOException {
    Path tree = entry.tree();
    if (tree != null && entry.isLinkedFrom(tree)) {
      lock(entry, record, tree);
      return;
    }
    if (tree == null || !Files.exists(tree, LinkOption.NOFOLLOW_LINKS)) {
      moved(entry, record);
    } else if (TreeLink.of(tree).filter(link -> link.isLostFrom(entry)).isPresent()) {
      TreeLink.write(tree, entry.directory());
      add(repaired, Kind.MOVED_REPOSITORY, tree, "leads to " + registry.common() + " again");
      lock(entry, record, tree);
    } else {
      add(unrepaired, Kind.FOREIGN_DIRECTORY, tree, "is not the worktree that was there");
    }
  }

  /** Its directory is elsewhere, or nowhere. */
  private void moved(Entry entry, TreeRecord record) throws IOException {
    List<Path> found = new ArrayList<>();
    for (Path place : places) {
      Optional<TreeLink> link = TreeLink.of(place);
      if (link.isPresent() && (link.get().leadsTo(entry) || link.get().isLostFrom(entry))) {
        found.add(place);
      }
    }
    Path old = entry.tree() == null ? root.resolve(record.name()) : entry.tree();
    if (found.size() != 1) {
      String text =
          found.isEmpty()
              ? "is gone; if it was moved, repair it with its new place, otherwise remove it"
              : "is gone, and may be any of " + found + "; repair it with the right one";
      add(unrepaired, Kind.MISSING_DIRECTORY, old, text);
      return;
    }
    Path place = found.get(0);
    if (!place.equals(root.resolve(record.name()))) {
      Adopted.note(entry.directory()); // ours wherever it is
    }
    TreeLink.write(place, entry.directory());
    entry.place(place);
    add(repaired, Kind.MOVED_WORKTREE, place, "was at " + old);
    lock(entry, record, place);
  }

  private void lock(Entry entry, TreeRecord record, Path tree) throws IOException {
    if (entry.lockReason() == null) {
      entry.lock(Entry.reasonFor(record.name()));
      add(repaired, Kind.UNLOCKED, tree, "is locked again");
    }
  }

  private void forgotten(Path place) throws IOException {
    Optional<TreeLink> link = TreeLink.of(place);
    if (link.isPresent() && link.get().isForgottenBy(registry)) {
      add(
          unrepaired,
          Kind.FORGOTTEN_WORKTREE,
          place,
          "git has no entry for it any more; what was staged is lost, the files are there");
    }
  }

  private static void add(List<Finding> findings, Kind kind, Path path, String text) {
    findings.add(new Finding(kind, path, text));
  }
}
