package io.kugetsu.worktree.internal.work;

import io.kugetsu.worktree.Obstacle;
import io.kugetsu.worktree.internal.git.Git;
import io.kugetsu.worktree.internal.registry.Entry;
import io.kugetsu.worktree.internal.registry.Located;
import io.kugetsu.worktree.internal.registry.Registry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Looks into a worktree for everything that would be lost with it. What cannot be found out is
 * reported as such and counts as work.
 */
public final class WorkProbe {
  private static final String MODULES = "modules";

  private final Tally tally = new Tally();
  private final CheckoutProbe checkout;
  private final Set<String> modules = new HashSet<>();
  private List<String> lostCommits = List.of();

  private WorkProbe(Git git, Entry entry, Path tree) {
    checkout = new CheckoutProbe(git, tree, entry.directory(), tally);
  }

  /**
   * Looks.
   *
   * @param intoIgnored whether to search ignored directories for repositories; needed only when
   *     they are to be discarded, as otherwise they stand against the removal as they are
   */
  static WorkProbe look(Git git, Registry registry, Located located, boolean intoIgnored) {
    Entry entry = located.entry();
    Path tree = located.tree();
    String base = located.record().base();
    WorkProbe probe = new WorkProbe(git, entry, tree);
    CheckoutProbe checkout = probe.checkout;
    checkout.look(base.length());
    checkout.attempt(() -> probe.modules(git, entry, tree, base.length()));
    checkout.attempt(
        () ->
            probe.lostCommits =
                new LostCommits(git, registry.common(), entry, checkout.branch(), checkout.head())
                    .look(probe.tally));
    checkout.attempt(() -> new TreeProcesses(tree).tell(probe.tally));
    if (intoIgnored) {
      checkout.lookIntoIgnored();
    }
    return probe;
  }

  List<Obstacle> obstacles() {
    return tally.obstacles();
  }

  public Optional<String> branch() {
    return checkout.branch();
  }

  public Optional<String> head() {
    return checkout.head();
  }

  /** What git ignores, by raw names without slashes at the end. */
  public Set<String> ignored() {
    return checkout.ignored();
  }

  /** What git tracks; empty when it could not be found out. */
  public Optional<TrackedFiles> tracked() {
    return checkout.tracked();
  }

  /** The submodules whose repositories are in the entry, those in others too, by raw names. */
  public Set<String> modules() {
    return modules;
  }

  /** The commits from which all can be reached that only this worktree leads to. */
  public List<String> lostCommits() {
    return lostCommits;
  }

  private void modules(Git git, Entry entry, Path tree, int idLength) throws IOException {
    Path kept = entry.directory().resolve(MODULES);
    boolean any = Files.exists(kept, LinkOption.NOFOLLOW_LINKS);
    if (!any && checkout.modules().isEmpty()) {
      return;
    }
    ModulesProbe probe = new ModulesProbe(git, any ? kept.toRealPath() : kept, tally, modules);
    probe.checkouts(tree, checkout.modules(), "", idLength);
    probe.repositories();
  }
}
