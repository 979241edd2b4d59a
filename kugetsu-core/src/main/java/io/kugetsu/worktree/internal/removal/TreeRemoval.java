package io.kugetsu.worktree.internal.removal;

import io.kugetsu.common.KugetsuException;
import io.kugetsu.common.StorageException;
import io.kugetsu.internal.LockFile;
import io.kugetsu.worktree.Obstacle;
import io.kugetsu.worktree.Obstacle.Kind;
import io.kugetsu.worktree.Removal;
import io.kugetsu.worktree.Removal.Refused;
import io.kugetsu.worktree.Removal.Removed;
import io.kugetsu.worktree.RemovalRequest;
import io.kugetsu.worktree.RemovalRequest.Work;
import io.kugetsu.worktree.Rescue;
import io.kugetsu.worktree.Worktree;
import io.kugetsu.worktree.WorktreeOptions;
import io.kugetsu.worktree.internal.git.Git;
import io.kugetsu.worktree.internal.registry.Begun;
import io.kugetsu.worktree.internal.registry.LocalRepository;
import io.kugetsu.worktree.internal.registry.Located;
import io.kugetsu.worktree.internal.registry.Located.Search;
import io.kugetsu.worktree.internal.registry.Registry;
import io.kugetsu.worktree.internal.registry.Roots;
import io.kugetsu.worktree.internal.registry.Trash;
import io.kugetsu.worktree.internal.removal.Takeaway.Taken;
import io.kugetsu.worktree.internal.rescue.EntryContents;
import io.kugetsu.worktree.internal.rescue.RescueDraft;
import io.kugetsu.worktree.internal.rescue.RescueRefs;
import io.kugetsu.worktree.internal.rescue.Rescuer;
import io.kugetsu.worktree.internal.setup.SetUp;
import io.kugetsu.worktree.internal.work.Look;
import io.kugetsu.worktree.internal.work.TreeProcesses;
import io.kugetsu.worktree.internal.work.WorkProbe;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeoutException;

/**
 * Removes worktrees: looks for work, saves it if that is asked for, and takes directory and entry
 * away only when nothing is left to lose.
 */
public final class TreeRemoval {
  // What was seen before a longer wait for the lock may no longer be so.
  private static final Duration FRESH = Duration.ofMillis(250);
  private static final int TRIES = 3;
  // What one finds that somebody else is just taking away.
  private static final Set<Kind> HALF_GONE =
      EnumSet.of(Kind.MISSING_DIRECTORY, Kind.FOREIGN_DIRECTORY, Kind.UNKNOWN);

  private final Git git;
  private final Registry registry;
  private final SetUp setUp;
  private final Path realRoot;
  private final Worktree worktree;
  private final RemovalRequest request;
  private boolean taking;

  public TreeRemoval(
      Git git,
      LocalRepository repository,
      Registry registry,
      WorktreeOptions options,
      Worktree worktree,
      RemovalRequest request) {
    this.git = git;
    this.registry = registry;
    this.setUp = new SetUp(git, repository, options);
    this.realRoot = Roots.canonical(options.root());
    this.worktree = worktree;
    this.request = request;
  }

  /** Removes it; for one use. */
  public Removal run() {
    try {
      Removal removal = attempt();
      if (removal instanceof Refused refused) {
        boolean half = HALF_GONE.stream().anyMatch(refused::has);
        return (half ? afterOthers() : byOthers()).orElse(removal);
      }
      return removal;
    } catch (KugetsuException e) {
      return afterOthers().orElseThrow(() -> e);
    }
  }

  /** The answer where somebody else has removed it meanwhile, which whatever failed comes from. */
  private Optional<Removal> byOthers() {
    Search search = find();
    return taking || search.located().isPresent()
        ? Optional.empty()
        : Optional.of(search.refused());
  }

  /** The same once nobody is in the middle of it, when its files are gone and its entry is not. */
  private Optional<Removal> afterOthers() {
    try (LockFile.Held held = registry.lock()) {
      return byOthers();
    } catch (TimeoutException | KugetsuException e) {
      return Optional.empty(); // what was found first is the better answer
    }
  }

  private Removal attempt() {
    Search search = find();
    if (search.located().isEmpty()) {
      return search.refused();
    }
    if (request.grace().isPresent() && !search.located().get().missing()) {
      endProcesses(request.grace().get());
    }
    List<String> warnings = new ArrayList<>();
    boolean tornDown = false;
    try {
      for (int tries = 0; tries < TRIES; tries++) {
        search = find();
        if (search.located().isEmpty()) {
          return search.refused();
        }
        Located located = search.located().get();
        Optional<EntryContents> entry = entry(located);
        Untouched untouched = untouched(located);
        Look look = look(located);
        if (look.against().isEmpty() && !tornDown && !located.missing()) {
          tornDown = true;
          if (setUp.hasTearDown(located.entry().directory())) {
            warnings.addAll(tearDown(located));
            entry = entry(located);
            untouched = untouched(located);
            look = look(located);
          }
        }
        if (!look.against().isEmpty()) {
          return new Refused(look.against());
        }
        Optional<Removal> removal =
            look.needsRescue()
                ? rescued(search, look, entry.orElseThrow(), warnings)
                : plain(search, look, untouched, warnings);
        if (removal.isPresent()) {
          return removal.get();
        }
      }
    } catch (TimeoutException e) {
      return refused(Kind.REPOSITORY_BUSY, e.getMessage() + "; try again");
    }
    return refused(Kind.UNKNOWN, "something goes on changing it while it is being removed");
  }

  private Search find() {
    return Located.find(registry, realRoot, worktree);
  }

  private Untouched untouched(Located located) {
    return Untouched.from(Takeaway.entryTrash(registry), located.entry().directory());
  }

  private Look look(Located located) {
    return Look.at(git, registry, located, request);
  }

  /** What a rescue takes of the entry, read before the look: what is staged later shows by it. */
  private Optional<EntryContents> entry(Located located) {
    if (located.missing() || request.work() != Work.RESCUE) {
      return Optional.empty();
    }
    Path entry = located.entry().directory();
    try {
      return Optional.of(EntryContents.read(entry, located.record().base().length()));
    } catch (IOException e) {
      throw new StorageException(entry, "cannot be read: " + e, e);
    }
  }

  private void endProcesses(Duration grace) {
    try {
      new TreeProcesses(worktree.path()).endOwn(grace);
    } catch (IOException e) {
      throw new StorageException(
          worktree.path(), "has processes that cannot be listed: " + e.getMessage(), e);
    }
  }

  /** What it runs is ended when this program dies, as a part of a removal that was begun. */
  private List<String> tearDown(Located located) {
    Takeaway nothing = Takeaway.of(registry, realRoot, located, request, Optional.empty());
    try (Begun begun = nothing.begin()) {
      List<String> warnings =
          setUp
              .as(begun.marked(git))
              .tearDown(located.tree(), located.entry().directory(), located.record());
      begun.done();
      return warnings;
    }
  }

  /** Removes it as it is; empty when it was changed meanwhile. */
  private Optional<Removal> plain(Search search, Look first, Untouched since, List<String> warnings)
      throws TimeoutException {
    Located located = search.located().orElseThrow();
    Takeaway takeaway = Takeaway.of(registry, realRoot, located, request, Optional.empty());
    Look look = first;
    Untouched untouched = since;
    Taken taken;
    long before = System.nanoTime();
    try (LockFile.Held held = registry.lock()) {
      boolean fresh = System.nanoTime() - before < FRESH.toNanos();
      if (!find().equals(search)) {
        return Optional.empty();
      }
      if (!fresh) {
        untouched = untouched(located);
        look = look(located);
        if (!look.against().isEmpty() || look.needsRescue()) {
          return Optional.empty();
        }
      }
      try (Begun begun = takeaway.begin()) {
        try {
          takeaway.takeTree();
          if (!isUntouched(untouched, look, takeaway)) {
            takeaway.giveUp(begun, git);
            return Optional.empty();
          }
          taking = true;
          taken = takeaway.takeEntry(begun, git);
        } catch (RuntimeException e) {
          takeaway.giveUp(begun, git);
          throw e;
        }
      }
    }
    return Optional.of(removed(look, taken, Optional.empty(), warnings));
  }

  /** Whether nothing came since it was looked at; what is not looked for does not matter. */
  private boolean isUntouched(Untouched untouched, Look look, Takeaway takeaway) {
    Optional<WorkProbe> probe = look.probe();
    if (probe.isEmpty() || request.work() == Work.DISCARD) {
      return true;
    }
    try {
      return untouched.isSo(takeaway.place(), probe.get().ignored())
          && untouched.isSo(takeaway.located().entry().directory(), Set.of());
    } catch (IOException e) {
      throw new StorageException(takeaway.place(), "cannot be looked through: " + e, e);
    }
  }

  /** Saves what is in it first; empty when that was changed meanwhile. */
  private Optional<Removal> rescued(
      Search search, Look look, EntryContents entry, List<String> warnings)
      throws TimeoutException {
    Located located = search.located().orElseThrow();
    Rescuer rescuer = new Rescuer(git, registry, located, request);
    Rescuer.Prepared prepared;
    try {
      prepared = rescuer.prepare(look.probe().orElseThrow(), entry);
    } catch (IOException e) {
      return Optional.of(refused(Kind.UNKNOWN, String.valueOf(e.getMessage())));
    }
    if (prepared.draft().isEmpty()) {
      return Optional.of(new Refused(prepared.obstacles()));
    }
    RescueDraft draft = prepared.draft().get();
    RescueRefs refs = new RescueRefs(git, registry.common());
    Rescue rescue = draft.commit(git, registry.common(), refs.free(located.record().name()));
    Takeaway takeaway = Takeaway.of(registry, realRoot, located, request, Optional.of(rescue));
    Optional<Taken> taken = Optional.empty();
    try (Begun begun = takeaway.begin()) {
      try {
        if (refs.create(rescue.ref(), rescue.commit())) {
          rescuer.verify(draft, rescue);
          taken = takeUnchanged(search, rescuer, draft, rescue, takeaway, begun);
        }
        if (taken.isEmpty()) {
          takeaway.giveUp(begun, git);
        }
      } catch (IOException e) {
        takeaway.giveUp(begun, git);
        throw new StorageException(located.tree(), "could not be rescued: " + e.getMessage(), e);
      } catch (RuntimeException | TimeoutException e) {
        takeaway.giveUp(begun, git);
        throw e;
      }
    }
    return taken.map(gone -> removed(look, gone, Optional.of(rescue), warnings));
  }

  private Optional<Taken> takeUnchanged(
      Search search,
      Rescuer rescuer,
      RescueDraft draft,
      Rescue rescue,
      Takeaway takeaway,
      Begun begun)
      throws IOException, TimeoutException {
    RescueRefs refs = new RescueRefs(git, registry.common());
    try (LockFile.Held held = registry.lock()) {
      if (!find().equals(search)) {
        return Optional.empty();
      }
      // From then on only who has a file open already can still change anything.
      takeaway.takeTree();
      if (!rescuer.isUnchanged(draft, takeaway.place()) || !refs.has(rescue)) {
        takeaway.giveBack();
        return Optional.empty();
      }
      taking = true;
      return Optional.of(takeaway.takeEntry(begun, git));
    }
  }

  private Removed removed(Look look, Taken taken, Optional<Rescue> rescue, List<String> warnings) {
    Optional<Path> remains = Optional.empty();
    for (Path place : taken.left()) {
      if (!Trash.delete(place)) {
        remains = Optional.of(place);
      }
    }
    // What earlier removals could not delete, or programs that died did not.
    Takeaway.entryTrash(registry).sweep();
    Trash.of(worktree.path(), realRoot).sweep();
    taken.branchStays().ifPresent(warnings::add);
    boolean branchDeleted = request.integratedInto().isPresent() && taken.branchStays().isEmpty();
    return new Removed(look.branch(), look.head(), remains, rescue, branchDeleted, warnings);
  }

  private static Refused refused(Kind kind, String text) {
    return new Refused(List.of(new Obstacle(kind, 1, List.of(text))));
  }
}
