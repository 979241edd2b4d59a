package io.kugetsu.worktree.internal;

import io.kugetsu.common.InvalidRequestException;
import io.kugetsu.common.StorageException;
import io.kugetsu.internal.LockFile;
import io.kugetsu.worktree.Changes;
import io.kugetsu.worktree.Creation;
import io.kugetsu.worktree.GitRepository;
import io.kugetsu.worktree.Integration;
import io.kugetsu.worktree.IntegrationRequest;
import io.kugetsu.worktree.IntegrationState;
import io.kugetsu.worktree.PushRequest;
import io.kugetsu.worktree.PushResult;
import io.kugetsu.worktree.Removal;
import io.kugetsu.worktree.RemovalRequest;
import io.kugetsu.worktree.RepairReport;
import io.kugetsu.worktree.Rescue;
import io.kugetsu.worktree.Restoration;
import io.kugetsu.worktree.WorkState;
import io.kugetsu.worktree.Worktree;
import io.kugetsu.worktree.WorktreeOptions;
import io.kugetsu.worktree.WorktreeRequest;
import io.kugetsu.worktree.WorktreeService;
import io.kugetsu.worktree.internal.git.Git;
import io.kugetsu.worktree.internal.home.TreeChanges;
import io.kugetsu.worktree.internal.home.TreeIntegration;
import io.kugetsu.worktree.internal.home.TreePush;
import io.kugetsu.worktree.internal.home.TreeSize;
import io.kugetsu.worktree.internal.making.Adoption;
import io.kugetsu.worktree.internal.making.Keeping;
import io.kugetsu.worktree.internal.making.TreeCreation;
import io.kugetsu.worktree.internal.making.TreeRepair;
import io.kugetsu.worktree.internal.registry.Adopted;
import io.kugetsu.worktree.internal.registry.Entry;
import io.kugetsu.worktree.internal.registry.LocalRepository;
import io.kugetsu.worktree.internal.registry.Names;
import io.kugetsu.worktree.internal.registry.Registry;
import io.kugetsu.worktree.internal.registry.Roots;
import io.kugetsu.worktree.internal.registry.Standing;
import io.kugetsu.worktree.internal.registry.Trash;
import io.kugetsu.worktree.internal.registry.TreeRecord;
import io.kugetsu.worktree.internal.removal.Takeaway;
import io.kugetsu.worktree.internal.removal.TreeRemoval;
import io.kugetsu.worktree.internal.rescue.RescueRefs;
import io.kugetsu.worktree.internal.rescue.TreeRestore;
import io.kugetsu.worktree.internal.work.TreeState;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeoutException;

/** The worktrees of a repository, by the git command. */
public final class GitWorktrees implements WorktreeService {
  private final Git git;
  private final LocalRepository repository;
  private final Path root;
  private final Registry registry;
  private final TreeChanges changes;
  private final WorktreeOptions options;

  GitWorktrees(Git git, Path repository, Path root, Duration lockWait) {
    this(git, repository, WorktreeOptions.usual().root(root).lockWait(lockWait));
  }

  GitWorktrees(Git git, Path repository, WorktreeOptions options) {
    this.git = git;
    this.repository = LocalRepository.open(repository, git);
    this.root = options.root().toAbsolutePath();
    this.registry = new Registry(this.repository.commonDirectory(), options.lockWait());
    this.changes = new TreeChanges(git, registry);
    this.options = options;
    if (root().startsWith(this.repository.commonDirectory())) {
      throw new InvalidRequestException(
          root + " is inside git's own directory; keep the worktrees somewhere else");
    }
    registry.requireInside();
    Settlement.of(git, registry).all();
    Trash.in(root()).sweep();
    Takeaway.entryTrash(registry).sweep();
  }

  /**
   * Opens a repository.
   *
   * @param repository a path in it
   * @param options how its worktrees are made
   * @return the service
   */
  public static WorktreeService open(Path repository, WorktreeOptions options) {
    return new GitWorktrees(new Git(System.getenv()), repository, options);
  }

  @Override
  public GitRepository repository() {
    return repository;
  }

  @Override
  public Path root() {
    return Roots.canonical(root);
  }

  @Override
  public Creation create(WorktreeRequest request) {
    return new TreeCreation(git, repository, registry, options).create(request);
  }

  @Override
  public List<Worktree> list() {
    Path realRoot = root();
    return registry.entries().stream()
        .flatMap(entry -> worktree(entry, realRoot).stream())
        .sorted(Comparator.comparing(Worktree::name))
        .toList();
  }

  @Override
  public Optional<Worktree> find(String name) {
    if (!Names.isValid(name)) {
      return Optional.empty();
    }
    Path realRoot = root();
    return registry.allAt(realRoot.resolve(name)).stream()
        .flatMap(entry -> worktree(entry, realRoot).stream())
        .findFirst()
        .or(() -> Adopted.named(registry, name).flatMap(entry -> worktree(entry, realRoot)));
  }

  @Override
  public Creation adopt(Path tree) {
    return new Adoption(git, repository, registry, root).adopt(tree);
  }

  @Override
  public boolean lock(Worktree worktree, String reason) {
    return new Keeping(registry).keep(worktree, reason);
  }

  @Override
  public boolean unlock(Worktree worktree) {
    return new Keeping(registry).release(worktree);
  }

  @Override
  public RepairReport repair(Path... moved) {
    return new TreeRepair(git, registry, root(), List.of(moved)).run();
  }

  @Override
  public Changes changes(Worktree worktree) {
    return changes.of(worktree);
  }

  @Override
  public Map<Worktree, Changes> changes(Collection<Worktree> worktrees) {
    return changes.of(worktrees);
  }

  @Override
  public long sizeOnDisk(Worktree worktree) {
    Entry entry = Standing.of(registry, worktree);
    return TreeSize.of(List.of(worktree.path(), entry.directory()));
  }

  @Override
  public Integration integrate(Worktree worktree, IntegrationRequest request) {
    return new TreeIntegration(git, registry).integrate(worktree, request);
  }

  @Override
  public PushResult push(Worktree worktree, PushRequest request) {
    return new TreePush(git, registry).push(worktree, request);
  }

  @Override
  public IntegrationState integration(Worktree worktree, String target) {
    return new TreeIntegration(git, registry).state(worktree, target, repository.directory());
  }

  @Override
  public WorkState workState(Worktree worktree) {
    return new TreeState(git, registry, root()).of(worktree);
  }

  @Override
  public Removal remove(Worktree worktree) {
    return remove(worktree, RemovalRequest.refusing());
  }

  @Override
  public Removal remove(Worktree worktree, RemovalRequest request) {
    return new TreeRemoval(git, repository, registry, options, worktree, request).run();
  }

  @Override
  public List<Rescue> rescues() {
    return new RescueRefs(git, registry.common()).list();
  }

  @Override
  public Restoration restore(Rescue rescue) {
    return new TreeRestore(git, registry, root).restore(rescue);
  }

  @Override
  public boolean discard(Rescue rescue) {
    // A removal that relies on it just now makes sure of it under the lock.
    try (LockFile.Held held = registry.lock()) {
      return new RescueRefs(git, registry.common()).delete(rescue.ref(), rescue.commit());
    } catch (TimeoutException e) {
      throw new StorageException(registry.common(), e.getMessage() + "; try again", e);
    }
  }

  @Override
  public String toString() {
    return "worktrees of " + repository + " below " + root;
  }

  private Optional<Worktree> worktree(Entry entry, Path realRoot) {
    Path tree = entry.tree();
    boolean adopted = Adopted.isNoted(entry.directory());
    if (tree == null || !(adopted || realRoot.equals(tree.getParent()))) {
      return Optional.empty();
    }
    return TreeRecord.read(entry.directory())
        .filter(record -> adopted || tree.equals(realRoot.resolve(record.name())))
        .map(
            record ->
                new Worktree(
                    record.name(), tree, record.branch(), record.base(), registry.common()));
  }
}
