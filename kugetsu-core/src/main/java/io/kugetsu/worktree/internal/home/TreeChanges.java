package io.kugetsu.worktree.internal.home;

import io.kugetsu.worktree.Changes;
import io.kugetsu.worktree.GitException;
import io.kugetsu.worktree.RepositoryException;
import io.kugetsu.worktree.RepositoryException.Problem;
import io.kugetsu.worktree.Worktree;
import io.kugetsu.worktree.internal.git.Git;
import io.kugetsu.worktree.internal.git.TreeStatus;
import io.kugetsu.worktree.internal.registry.Registry;
import io.kugetsu.worktree.internal.registry.Standing;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts what was done in worktrees. What was committed is remembered by the two commits that it is
 * between, so that of a worktree that nobody committed in since only the files are looked at.
 * Thread-safe.
 */
public final class TreeChanges {
  private static final int REMEMBERED = 512;
  private static final int MOST_COMMITS = 100;
  private static final int MOST_THREADS = 8;
  private static final int LONGEST_END_SECONDS = 30;

  private final Git git;
  private final Registry registry;
  private final Map<String, Committed> known =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Committed> eldest) {
          return size() > REMEMBERED;
        }
      };

  public TreeChanges(Git git, Registry registry) {
    this.git = git;
    this.registry = registry;
  }

  /** Of one worktree. */
  public Changes of(Worktree worktree) {
    Standing.of(registry, worktree);
    AtomicInteger uncommitted = new AtomicInteger();
    TreeStatus status =
        TreeStatus.read(git, worktree.path(), false, (kind, path) -> uncommitted.incrementAndGet());
    Committed committed = committed(worktree, status.head().orElse(worktree.baseCommit()));
    return new Changes(
        committed.commits(),
        committed.count(),
        committed.files(),
        committed.insertions(),
        committed.deletions(),
        uncommitted.get());
  }

  private Committed committed(Worktree worktree, String head) {
    String base = worktree.baseCommit();
    if (head.equals(base)) {
      return Committed.NOTHING;
    }
    String key = base + head;
    synchronized (known) {
      Committed before = known.get(key);
      if (before != null) {
        return before;
      }
    }
    Committed read = Committed.read(git, worktree.path(), base, head);
    if (read.commits().size() <= MOST_COMMITS) {
      synchronized (known) {
        known.put(key, read);
      }
    }
    return read;
  }

  /** Of many, several at a time; those that are gone by then are left out. */
  public Map<Worktree, Changes> of(Collection<Worktree> worktrees) {
    int threads = Math.min(Runtime.getRuntime().availableProcessors(), MOST_THREADS);
    ExecutorService workers =
        Executors.newFixedThreadPool(
            Math.max(1, Math.min(threads, worktrees.size())), TreeChanges::thread);
    try {
      Map<Worktree, Future<Optional<Changes>>> asked = new LinkedHashMap<>();
      worktrees.forEach(each -> asked.put(each, workers.submit(() -> ofIfThere(each))));
      Map<Worktree, Changes> all = new LinkedHashMap<>();
      asked.forEach((each, future) -> get(future).ifPresent(changes -> all.put(each, changes)));
      return all;
    } finally {
      workers.shutdownNow();
      awaitEnd(workers);
    }
  }

  /** After a failure others may be at work, whose git is being ended; none outlives the call. */
  private static void awaitEnd(ExecutorService workers) {
    boolean interrupted = false;
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LONGEST_END_SECONDS);
    long left = deadline - System.nanoTime();
    while (left > 0) {
      try {
        if (workers.awaitTermination(left, TimeUnit.NANOSECONDS)) {
          break;
        }
      } catch (InterruptedException e) {
        interrupted = true;
      }
      left = deadline - System.nanoTime();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private Optional<Changes> ofIfThere(Worktree worktree) {
    try {
      return Optional.of(of(worktree));
    } catch (RepositoryException | GitException e) {
      if (isGone(worktree)) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private boolean isGone(Worktree worktree) {
    try {
      Standing.of(registry, worktree);
      return false;
    } catch (RepositoryException e) {
      return e.problem() == Problem.NOT_THAT_WORKTREE;
    }
  }

  private static Optional<Changes> get(Future<Optional<Changes>> future) {
    try {
      return future.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("interrupted while worktrees were looked at");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw new CompletionException(e.getCause());
    }
  }

  private static Thread thread(Runnable work) {
    Thread thread = new Thread(work, "kugetsu-changes");
    thread.setDaemon(true);
    return thread;
  }
}
