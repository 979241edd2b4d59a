package io.kugetsu.worktree.internal.making;

import io.kugetsu.common.StorageException;
import io.kugetsu.worktree.BaseRef;
import io.kugetsu.worktree.Creation;
import io.kugetsu.worktree.Creation.Created;
import io.kugetsu.worktree.Creation.Reason;
import io.kugetsu.worktree.Creation.Refused;
import io.kugetsu.worktree.Worktree;
import io.kugetsu.worktree.WorktreeOptions;
import io.kugetsu.worktree.WorktreeRequest;
import io.kugetsu.worktree.internal.Settlement;
import io.kugetsu.worktree.internal.git.Git;
import io.kugetsu.worktree.internal.registry.BaseCommit;
import io.kugetsu.worktree.internal.registry.BranchRules;
import io.kugetsu.worktree.internal.registry.LocalRepository;
import io.kugetsu.worktree.internal.registry.Place;
import io.kugetsu.worktree.internal.registry.Registry;
import io.kugetsu.worktree.internal.registry.Roots;
import io.kugetsu.worktree.internal.registry.Survey;
import io.kugetsu.worktree.internal.registry.TreeRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeoutException;

/** Makes worktrees. What takes long, the {@link Preparation}, happens outside the lock. */
public record TreeCreation(
    Git git, LocalRepository repository, Registry registry, WorktreeOptions options) {

  public Creation create(WorktreeRequest request) {
    Path common = repository.commonDirectory();
    Optional<String> unsettled = Settlement.of(git, registry).of(request.name(), request.branch());
    if (unsettled.isPresent()) {
      return new Refused(Reason.REPOSITORY_BUSY, unsettled.get() + "; try again");
    }
    BaseRef from =
        request.existing() ? BaseRef.ref("refs/heads/" + request.branch()) : request.base();
    BranchRules rules = new BranchRules(git, common);
    Optional<Refused> malformed = rules.form(request.branch());
    if (malformed.isPresent()) {
      return malformed.get();
    }
    Optional<Survey> survey = Survey.take(git, repository.directory(), from);
    Optional<Refused> forbidden =
        request.existing()
            ? Optional.empty()
            : survey
                .map(known -> rules.check(request.branch(), known.branches()))
                .orElseGet(() -> rules.check(request.branch()));
    if (forbidden.isPresent()) {
      return forbidden.get();
    }
    Optional<String> base =
        survey
            .map(Survey::base)
            .or(() -> new BaseCommit(git, repository.directory()).of(from, rules.remoteDefault()));
    if (base.isEmpty()) {
      return BaseCommit.refusal(from);
    }
    Place place = new Place(Roots.made(options.root()), request.name());
    TreeRecord record =
        new TreeRecord(request.name(), request.branch(), base.get(), !request.existing());
    try (MadeSoFar made = MadeSoFar.begin(git, registry, place, record, !request.existing())) {
      return new TreeCreation(made.git(), repository, registry, options)
          .make(
              made, request.existing(), survey.filter(known -> known.hasNoHook(common)).isEmpty());
    }
  }

  private Creation make(MadeSoFar made, boolean existing, boolean hooked) {
    Preparation preparation = new Preparation(git, repository, options, hooked);
    Optional<Refused> refused;
    try {
      refused =
          new Registration(registry, made, existing)
              .register()
              .or(() -> preparation.prepare(made.path(), entry(made), made.record()))
              .or(() -> complete(made));
    } catch (TimeoutException e) {
      made.undo();
      return new Refused(Reason.REPOSITORY_BUSY, e.getMessage() + "; try again");
    } catch (RuntimeException | Error e) {
      made.undo().ifPresent(left -> e.addSuppressed(new IOException(left)));
      throw e;
    }
    if (refused.isPresent()) {
      Refused answer = refused.get();
      return made.undo()
          .map(left -> new Refused(answer.reason(), answer.text() + "; left: " + left))
          .orElse(answer);
    }
    TreeRecord record = made.record();
    return new Created(
        new Worktree(
            record.name(), made.path(), record.branch(), record.base(), registry.common()));
  }

  /** From here on the worktree is one of ours. */
  private Optional<Refused> complete(MadeSoFar made) {
    Path entry = entry(made);
    try {
      made.record().write(entry);
      made.isWhole();
      return Optional.empty();
    } catch (IOException e) {
      throw new StorageException(entry, "cannot be written: " + e, e);
    }
  }

  private Path entry(MadeSoFar made) {
    return registry
        .at(made.path())
        .orElseThrow(() -> new StorageException(made.path(), "was not registered by git", null))
        .directory();
  }
}
