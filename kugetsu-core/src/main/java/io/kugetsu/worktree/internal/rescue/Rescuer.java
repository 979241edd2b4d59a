package io.kugetsu.worktree.internal.rescue;

import io.kugetsu.worktree.Obstacle;
import io.kugetsu.worktree.RemovalRequest;
import io.kugetsu.worktree.RemovalRequest.Ignored;
import io.kugetsu.worktree.Rescue;
import io.kugetsu.worktree.internal.git.Git;
import io.kugetsu.worktree.internal.git.GitCommand;
import io.kugetsu.worktree.internal.registry.Located;
import io.kugetsu.worktree.internal.registry.Registry;
import io.kugetsu.worktree.internal.registry.TreeRecord;
import io.kugetsu.worktree.internal.rescue.Manifest.Part;
import io.kugetsu.worktree.internal.rescue.Snapshot.Selection;
import io.kugetsu.worktree.internal.rescue.Snapshot.Type;
import io.kugetsu.worktree.internal.work.ModuleHeads;
import io.kugetsu.worktree.internal.work.Tally;
import io.kugetsu.worktree.internal.work.TrackedFiles;
import io.kugetsu.worktree.internal.work.WorkProbe;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Saves the work in a worktree that is about to be removed, and makes sure that it is saved. */
public record Rescuer(Git git, Registry registry, Located located, RemovalRequest request) {
  /**
   * What is to be saved.
   *
   * @param draft what was read; empty when something stands against saving it
   */
  public record Prepared(Optional<RescueDraft> draft, List<Obstacle> obstacles) {}

  /**
   * Reads all that is to be saved.
   *
   * @param probe what was seen
   * @param entry what was in git's entry before that
   */
  public Prepared prepare(WorkProbe probe, EntryContents entry) throws IOException {
    Tally tally = new Tally();
    Path tree = located.tree();
    TreeRecord record = located.record();
    TrackedFiles tracked =
        probe.tracked().orElseThrow(() -> new IOException("the index could not be read"));
    int idLength = record.base().length();
    Selection selection = selection(tree, probe.ignored(), probe.modules());
    Snapshot snapshot = Snapshot.of(tree, selection, tally);
    if (!tally.obstacles().isEmpty() || !entry.unheld().obstacles().isEmpty()) {
      List<Obstacle> obstacles = new ArrayList<>(tally.obstacles());
      obstacles.addAll(entry.unheld().obstacles());
      return new Prepared(Optional.empty(), obstacles);
    }
    RescueInfo info =
        new RescueInfo(
            record.name(),
            tree,
            record.branch(),
            probe.branch(),
            probe.head(),
            record.base(),
            Instant.now().truncatedTo(ChronoUnit.SECONDS));
    List<String> commits = new ArrayList<>(probe.lostCommits());
    commits.addAll(
        new ModuleHeads(git, registry.common(), idLength).bring(entry.modulesDirectory()));
    return new Prepared(
        Optional.of(new RescueDraft(tree, info, snapshot, tracked, entry, commits)), List.of());
  }

  /** Whether nothing was changed since; the directory may have been moved. */
  public boolean isUnchanged(RescueDraft draft, Path place) throws IOException {
    Tally tally = new Tally();
    Snapshot now = Snapshot.of(place, draft.snapshot().selection(), tally);
    EntryContents files = EntryContents.read(located.entry().directory(), draft.idLength());
    return tally.obstacles().isEmpty()
        && files.unheld().obstacles().isEmpty()
        && now.isSameBelowTop(draft.snapshot())
        && draft.entry().isSame(files);
  }

  /** Makes sure that a rescue holds everything, by reading all of it back. */
  public void verify(RescueDraft draft, Rescue rescue) throws IOException {
    RescueContents contents = new RescueContents(git, registry.common());
    Manifest manifest = contents.manifest(rescue.ref());
    if (!manifest.equals(draft.manifest())) {
      throw new IOException("the list in " + rescue.ref() + " is not the one that was written");
    }
    List<Part> all = new ArrayList<>(manifest.tree());
    all.addAll(manifest.entry());
    contents.read(all, RescueContents.nobody());
    // What is there must also be led to, or a collection of garbage would take it.
    Set<String> held = new HashSet<>();
    for (String commit : List.of(rescue.ref(), rescue.ref() + draft.filesParent())) {
      git.runRetrying(
              GitCommand.onRepository(
                      registry.common(), "ls-tree", "-r", "-z", "--full-tree", commit)
                  .within(GitCommand.LONG)
                  .eachRaw(
                      '\0', line -> held.add(line.substring(0, line.indexOf('\t')).split(" ")[2])))
          .orThrow();
    }
    for (Part part : all) {
      if (part.type() != Type.DIRECTORY && !held.contains(part.id())) {
        throw new IOException("nothing in " + rescue.ref() + " leads to " + part.id());
      }
    }
    git.runRetrying(
            GitCommand.onRepository(
                    registry.common(),
                    "rev-list",
                    "--objects",
                    "--quiet",
                    rescue.ref(),
                    "--not",
                    "--exclude=refs/kugetsu/*",
                    "--all")
                .within(GitCommand.LONG))
        .orThrow();
  }

  private Selection selection(Path tree, Set<String> ignored, Set<String> modules) {
    if (request.ignored() == Ignored.AS_OTHERS) {
      return Selection.all(modules);
    }
    Set<String> chosen = new HashSet<>();
    if (request.ignored() == Ignored.RESCUE_CHOSEN) {
      List<String> arguments = new ArrayList<>(List.of("ls-files", "--others", "--ignored", "-z"));
      request.ignoredPatterns().forEach(pattern -> arguments.add("--exclude=" + pattern));
      git.runRetrying(
              GitCommand.inTree(tree, arguments.toArray(String[]::new))
                  .within(GitCommand.LONG)
                  .eachRaw('\0', chosen::add))
          .orThrow();
    }
    return Selection.only(modules, ignored, chosen);
  }
}
