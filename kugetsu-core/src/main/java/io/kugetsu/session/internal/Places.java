package io.kugetsu.session.internal;

import io.kugetsu.common.KugetsuException;
import io.kugetsu.common.SessionKey;
import io.kugetsu.session.WorktreeRefusedException;
import io.kugetsu.worktree.BaseRef;
import io.kugetsu.worktree.Changes;
import io.kugetsu.worktree.Creation;
import io.kugetsu.worktree.Fingerprint;
import io.kugetsu.worktree.Worktree;
import io.kugetsu.worktree.WorktreeOptions;
import io.kugetsu.worktree.WorktreeRequest;
import io.kugetsu.worktree.WorktreeService;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where sessions work: one worktree and one branch for each, named like the session. Thread-safe.
 */
public final class Places {
  private static final Logger LOG = LoggerFactory.getLogger(Places.class);
  private static final String BRANCH = "kugetsu/";

  private final WorktreeOptions options;
  private final Supplier<Optional<String>> baseRef;
  private final Map<Path, WorktreeService> services = new ConcurrentHashMap<>();

  /**
   * Names the place; nothing is made.
   *
   * @param options where all worktrees are, and how they are made
   * @param baseRef what new branches start from; empty for the remote's default branch
   */
  public Places(WorktreeOptions options, Supplier<Optional<String>> baseRef) {
    this.options = options;
    this.baseRef = baseRef;
  }

  /**
   * The worktrees of one clone.
   *
   * @param repository the clone
   * @return its service
   */
  public WorktreeService of(Path repository) {
    return services.computeIfAbsent(repository, clone -> WorktreeService.of(clone, options));
  }

  Worktree worktree(SessionKey key, Path repository) {
    WorktreeService worktrees = of(repository);
    Optional<Worktree> existing = worktrees.find(key.value());
    if (existing.isPresent()) {
      return existing.get();
    }
    String branch = BRANCH + key;
    BaseRef base = baseRef.get().map(BaseRef::ref).orElse(BaseRef.remoteDefault());
    Creation creation =
        worktrees.create(WorktreeRequest.branch(branch).named(key.value()).from(base));
    if (creation instanceof Creation.Refused refused
        && refused.reason() == Creation.Reason.EXISTING_BRANCH) {
      // the branch of this very session, kept when the session was destroyed: its commits go on
      creation = worktrees.create(WorktreeRequest.existing(branch).named(key.value()));
    }
    if (creation instanceof Creation.Created created) {
      return created.worktree();
    }
    Creation.Refused refused = (Creation.Refused) creation;
    throw new WorktreeRefusedException(refused);
  }

  /** How a clone is, but for what kugetsu itself writes there should its directory be inside. */
  Fingerprint fingerprint(Path repository) {
    Path root = options.root();
    Path parent = root.getParent();
    // the clone itself may be in it, and then only the worktrees are told apart from it
    Path except = parent == null || repository.startsWith(parent) ? root : parent;
    return of(repository).repository().fingerprint(except);
  }

  /** One line about what a worktree holds beyond its base; empty when that cannot be told. */
  String changes(Worktree tree) {
    try {
      Changes changes = of(tree.repository()).changes(tree);
      String uncommitted =
          changes.uncommitted() == 0 ? "" : ", " + changes.uncommitted() + " uncommitted";
      return counted(changes.commitCount(), "commit")
          + " on "
          + tree.branch()
          + ", "
          + counted(changes.filesChanged(), "file")
          + " changed"
          + uncommitted;
    } catch (KugetsuException e) {
      LOG.warn("the changes in {} cannot be told: {}", tree.path(), e.getMessage());
      return "";
    }
  }

  private static String counted(int count, String what) {
    return count + " " + what + (count == 1 ? "" : "s");
  }
}
