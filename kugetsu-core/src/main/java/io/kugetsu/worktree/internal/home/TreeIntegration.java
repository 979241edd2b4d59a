package io.kugetsu.worktree.internal.home;

import io.kugetsu.common.InvalidRequestException;
import io.kugetsu.common.StorageException;
import io.kugetsu.internal.AtomicFiles;
import io.kugetsu.worktree.BaseRef;
import io.kugetsu.worktree.Creation;
import io.kugetsu.worktree.GitException;
import io.kugetsu.worktree.Integration;
import io.kugetsu.worktree.Integration.Integrated;
import io.kugetsu.worktree.Integration.Preview;
import io.kugetsu.worktree.Integration.Reason;
import io.kugetsu.worktree.IntegrationRequest;
import io.kugetsu.worktree.IntegrationRequest.Method;
import io.kugetsu.worktree.IntegrationState;
import io.kugetsu.worktree.RepositoryException;
import io.kugetsu.worktree.Worktree;
import io.kugetsu.worktree.internal.git.Commits;
import io.kugetsu.worktree.internal.git.Git;
import io.kugetsu.worktree.internal.git.GitCommand;
import io.kugetsu.worktree.internal.git.GitResult;
import io.kugetsu.worktree.internal.git.TreeDifference;
import io.kugetsu.worktree.internal.registry.BaseCommit;
import io.kugetsu.worktree.internal.registry.Begun;
import io.kugetsu.worktree.internal.registry.BranchRules;
import io.kugetsu.worktree.internal.registry.CheckedOut;
import io.kugetsu.worktree.internal.registry.Checkouts;
import io.kugetsu.worktree.internal.registry.Entry;
import io.kugetsu.worktree.internal.registry.Names;
import io.kugetsu.worktree.internal.registry.Registry;
import io.kugetsu.worktree.internal.registry.Standing;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Brings the commits of a worktree home. First the commit is made that the target shall stand at,
 * which changes nothing that anybody sees; then the target moves there in one step.
 */
public record TreeIntegration(Git git, Registry registry) {
  private static final int TRIES = 5;

  /** Where one integration keeps what it needs on the way. */
  static Path scratch(Registry registry, Begun begun) {
    return registry.common().resolve("kugetsu").resolve("merging").resolve(begun.id());
  }

  /** Whether what is checked out in a worktree, and its own branch, are in a commit's history. */
  public IntegrationState state(Worktree worktree, String target, Path directory) {
    Standing.of(registry, worktree);
    String into =
        new BaseCommit(git, directory)
            .of(BaseRef.ref(target), Optional.empty())
            .orElseThrow(
                () ->
                    new InvalidRequestException(
                        "'" + Names.excerpt(target) + "' is not a commit in this repository"));
    Optional<String> head =
        new BaseCommit(git, worktree.path()).of(BaseRef.head(), Optional.empty());
    Optional<String> own = new Commits(git, registry).branch(worktree.branch());
    IntegrationCheck check = new IntegrationCheck(git, registry);
    return Stream.concat(head.stream(), own.stream())
        .distinct()
        .map(commit -> check.of(commit, into))
        .max(Comparator.naturalOrder())
        .orElse(IntegrationState.NOT);
  }

  public Integration integrate(Worktree worktree, IntegrationRequest request) {
    Entry entry = Standing.of(registry, worktree);
    Integration answer;
    try {
      answer = integrate(worktree, entry, request);
    } catch (GitException | RepositoryException | StorageException e) {
      throw Standing.orGone(registry, worktree, e);
    }
    if (answer instanceof Integration.Refused) {
      Standing.of(registry, worktree); // what was found could be of its absence
    }
    return answer;
  }

  private Integration integrate(Worktree worktree, Entry entry, IntegrationRequest request) {
    Optional<Creation.Refused> invalid =
        new BranchRules(git, registry.common()).form(request.target());
    if (invalid.isPresent()) {
      return new Integration.Refused(Reason.INVALID_TARGET, invalid.get().text());
    }
    try (Begun begun = Begun.begin(registry, Begun.Kind.INTEGRATE, worktree.name(), Map.of())) {
      Integration answer;
      try {
        AtomicFiles.createDirectoriesUnsynced(scratch(registry, begun));
        Source source = Source.read(git, worktree.path(), entry, worktree.branch());
        answer = integrate(begun, source, request);
      } catch (Stop e) {
        answer = e.refused();
      } catch (IOException e) {
        StorageException failure =
            new StorageException(registry.common(), "cannot be used: " + e, e);
        settle(begun, failure);
        throw failure;
      } catch (RuntimeException | Error e) {
        settle(begun, e);
        throw e;
      }
      settle(begun);
      begun.done();
      return answer;
    }
  }

  /** Ends what failed, whatever interrupts; what cannot be ended now is at the next opening. */
  private void settle(Begun begun, Throwable failure) {
    boolean interrupted = Thread.interrupted();
    try {
      settle(begun);
      begun.done();
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void settle(Begun begun) {
    try {
      new IntegrationSettler().settle(begun, begun.marked(git), registry);
    } catch (IOException e) {
      throw new StorageException(registry.common(), "is put in order when opened again: " + e, e);
    }
  }

  private Integration integrate(Begun begun, Source source, IntegrationRequest request)
      throws IOException, Stop {
    Path scratch = scratch(registry, begun);
    String target = request.target();
    Commits commits = new Commits(git, registry);
    TargetCheck check = new TargetCheck(git, registry);
    for (int attempt = 1; attempt <= TRIES; attempt++) {
      String before =
          commits
              .branch(target)
              .orElseThrow(
                  () ->
                      new Stop(
                          Reason.UNKNOWN_TARGET,
                          "there is no branch '" + Names.excerpt(target) + "' of its own here"));
      String head = ready(source, target, before, commits);
      Optional<CheckedOut> place = check.place(target);
      if (place.isPresent()) {
        check.isClean(place.get());
      }
      Optional<CheckedOut> hooks = place.or(() -> new Checkouts(git, registry).main());
      HomeCommit.Built built =
          new HomeCommit(begun.marked(git), registry, commits, hooks, scratch)
              .build(source, head, before, request);
      Method method = request.method();
      if (request.dryRun()) {
        return preview(commits, check, place, target, before, built);
      }
      if (built.after().equals(before)) {
        return new Integrated(target, before, before, method, true, List.of());
      }
      String message = "kugetsu: " + method.name().toLowerCase(Locale.ROOT) + " " + source.name();
      BranchMove move = new BranchMove(target, before, built.after(), message);
      if (new TargetUpdate(begun.marked(git), registry, begun, scratch).move(move, place)) {
        return new Integrated(
            target, before, built.after(), method, false, afterwards(place, method));
      }
      new IntegrationSettler().settleTarget(begun, begun.marked(git), registry);
    }
    throw new Stop(
        Reason.TARGET_MOVED, "'" + target + "' was moved by somebody else each time; try again");
  }

  /** The commit to bring home; refuses when that is not all that the worktree has. */
  private static String ready(Source source, String target, String before, Commits commits)
      throws Stop {
    if (source.branch().filter(target::equals).isPresent() || source.made().equals(target)) {
      throw new Stop(Reason.SAME_BRANCH, "'" + target + "' is the worktree's own branch");
    }
    if (!source.unfinished().isEmpty()) {
      throw new Stop(
          Reason.OPERATION_IN_PROGRESS,
          "something is not finished in the worktree: " + String.join(", ", source.unfinished()));
    }
    if (!source.loose().isEmpty()) {
      throw new Stop(
          Reason.UNCOMMITTED_CHANGES,
          source.loose().size() + " files in the worktree are not committed",
          source.loose());
    }
    String head =
        source
            .head()
            .orElseThrow(() -> new Stop(Reason.NO_COMMITS, "the worktree has no commit yet"));
    if (source.branch().filter(source.made()::equals).isEmpty()) {
      Optional<String> own = commits.branch(source.made());
      if (own.isPresent()
          && !commits.isAncestor(own.get(), head)
          && !commits.isAncestor(own.get(), before)) {
        throw new Stop(
            Reason.LEFT_BEHIND,
            "'"
                + source.made()
                + "' has commits that what is checked out in the worktree does not lead to; check"
                + " it out there");
      }
    }
    return head;
  }

  private static Preview preview(
      Commits commits,
      TargetCheck check,
      Optional<CheckedOut> place,
      String target,
      String before,
      HomeCommit.Built built)
      throws Stop {
    if (place.isPresent()) {
      check.isFree(
          place.get(),
          TreeDifference.between(commits.git(), commits.registry(), before, built.after()));
    }
    return new Preview(
        target,
        before,
        commits.tree(built.after()),
        built.commits(),
        commits.filesChanged(before, built.after()));
  }

  /** What git runs behind a merge; it is too late for that to forbid anything. */
  private List<String> afterwards(Optional<CheckedOut> place, Method method) throws IOException {
    if (place.isEmpty()) {
      return List.of();
    }
    String squash = method == Method.SQUASH ? "1" : "0";
    GitResult hook;
    try {
      hook = git.run(place.get().hook("post-merge", "--", squash).within(GitCommand.LONG));
    } catch (GitException e) {
      // it is there all the same; of an interrupt the flag tells
      return List.of("the repository's hook 'post-merge' did not end: " + e.getMessage());
    }
    return hook.ok()
        ? List.of()
        : List.of(
            "the repository's hook 'post-merge' ended with exit code "
                + hook.exitCode()
                + ": "
                + hook.err().strip());
  }
}
