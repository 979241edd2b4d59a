package io.kugetsu.worktree.internal.git;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.commons.exec.CommandLine;
import org.apache.commons.exec.DaemonExecutor;
import org.jspecify.annotations.Nullable;

/** Runs one command on a thread of its own, and can end it with everything that it started. */
final class GitExecutor extends DaemonExecutor {
  private static final long GRACE_MILLIS = 2_000;
  private static final long LAST_WAIT_MILLIS = 10_000;
  private static final long LOOK_MILLIS = 20;

  private final String name;
  private volatile @Nullable Process process;

  // The builder cannot build a subclass, and only a subclass learns which process it is.
  @SuppressWarnings("deprecation")
  GitExecutor(String name, GitStreams streams, File directory) {
    this.name = name;
    setStreamHandler(streams);
    setWorkingDirectory(directory);
    // Every exit code is an answer here.
    setExitValues(null);
  }

  @Override
  protected Thread createThread(Runnable runnable, String ignored) {
    Thread thread = new Thread(runnable, name);
    thread.setDaemon(true);
    return thread;
  }

  @Override
  protected Process launch(CommandLine command, Map<String, String> environment, Path directory)
      throws IOException {
    Process started = super.launch(command, environment, directory);
    process = started;
    return started;
  }

  /**
   * Ends the process tree and waits, whatever interrupts, but not for ever. First politely, as git
   * then removes its lock files. The list is made before the first of them dies, as the children of
   * a dead process are nobody's.
   */
  void end(CountDownLatch ended) {
    boolean interrupted = Thread.interrupted();
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LAST_WAIT_MILLIS);
    Set<ProcessHandle> tree = new HashSet<>();
    while (ended.getCount() > 0 && System.nanoTime() < deadline) {
      Process started = process;
      try {
        if (started != null) {
          endTree(started.toHandle(), tree);
        }
        ended.await(LOOK_MILLIS, TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static void endTree(ProcessHandle root, Set<ProcessHandle> tree)
      throws InterruptedException {
    collect(root, tree);
    tree.forEach(ProcessHandle::destroy);
    awaitAll(tree);
    collect(root, tree);
    tree.forEach(ProcessHandle::destroyForcibly);
    awaitAll(tree);
  }

  private static void collect(ProcessHandle root, Set<ProcessHandle> tree) {
    tree.add(root);
    for (ProcessHandle known : Set.copyOf(tree)) {
      known.descendants().forEach(tree::add);
    }
  }

  private static void awaitAll(Set<ProcessHandle> tree) throws InterruptedException {
    CompletableFuture<?>[] exits =
        tree.stream().map(ProcessHandle::onExit).toArray(CompletableFuture<?>[]::new);
    try {
      CompletableFuture.allOf(exits).get(GRACE_MILLIS, TimeUnit.MILLISECONDS);
    } catch (TimeoutException | ExecutionException e) {
      // What still lives is ended harder, or left to the caller's next look.
    }
  }
}
