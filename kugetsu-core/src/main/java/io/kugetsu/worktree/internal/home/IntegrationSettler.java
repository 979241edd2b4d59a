package io.kugetsu.worktree.internal.home;

import io.kugetsu.internal.Trees;
import io.kugetsu.worktree.internal.git.Git;
import io.kugetsu.worktree.internal.registry.Begun;
import io.kugetsu.worktree.internal.registry.CheckedOut;
import io.kugetsu.worktree.internal.registry.IndexLock;
import io.kugetsu.worktree.internal.registry.Registry;
import io.kugetsu.worktree.internal.registry.Settler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** Settles an integration that was cut off: the target has it with all of its files, or has not. */
public final class IntegrationSettler implements Settler {
  private static final Duration LOCK_WAIT = Duration.ofSeconds(5);

  @Override
  public Begun.Kind kind() {
    return Begun.Kind.INTEGRATE;
  }

  @Override
  public void settle(Begun begun, Git git, Registry registry) throws IOException {
    settleTarget(begun, git, registry);
    Trees.delete(TreeIntegration.scratch(registry, begun));
  }

  /** Only what was begun with the target; with what is in the scratch it may be tried again. */
  void settleTarget(Begun begun, Git git, Registry registry) throws IOException {
    Path scratch = TreeIntegration.scratch(registry, begun);
    Optional<String> branch = begun.field(TargetUpdate.BRANCH);
    Optional<String> before = begun.field(TargetUpdate.OLD);
    Optional<String> after = begun.field(TargetUpdate.NEW);
    Optional<Path> directory = begun.field(TargetUpdate.DIRECTORY).map(Path::of);
    Optional<Path> top = begun.field(TargetUpdate.TOP).map(Path::of);
    if (branch.isPresent()
        && before.isPresent()
        && after.isPresent()
        && directory.filter(Files::isDirectory).isPresent()
        && top.filter(Files::isDirectory).isPresent()
        && Files.isDirectory(scratch)) {
      CheckedOut checkout = new CheckedOut(directory.get(), top.get(), false);
      new TargetSettlement(git, registry, checkout, scratch)
          .settle(
              IndexLock.of(checkout, scratch, begun.id()),
              new BranchMove(branch.get(), before.get(), after.get(), ""),
              LOCK_WAIT);
    }
  }
}
