package io.kugetsu.worktree.internal.registry;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

/**
 * What lives on of something that was begun: git goes on alone when whoever started it is killed,
 * and so do a hook and a command that it waits for. They are recognised by their environment; where
 * the system does not show that, there are none.
 *
 * @param mark the variable that they carry, with its value
 */
public record Orphans(String mark) {
  private static final long PATIENCE_MILLIS = 3_000;
  private static final long GRACE_MILLIS = 2_000;
  // A process shows its environment only once it runs its program.
  private static final long ON_ITS_WAY_MILLIS = 20;

  public static Orphans of(Begun begun) {
    return new Orphans(Begun.VARIABLE + "=" + begun.id());
  }

  /** Waits for them to end by themselves, but not for long. */
  public void awaitEnd() {
    await(living(), PATIENCE_MILLIS);
  }

  /**
   * Ends them, politely at first, as git then removes its lock files.
   *
   * @return whether none is left; this program is never ended, though it may be one of them where a
   *     set-up command uses this library
   */
  public boolean end() {
    await(living(), GRACE_MILLIS);
    living().forEach(ProcessHandle::destroy);
    await(living(), GRACE_MILLIS);
    living().forEach(ProcessHandle::destroyForcibly);
    await(living(), GRACE_MILLIS);
    return living().isEmpty() && !isMarked(ProcessHandle.current());
  }

  /** Two looks in a row, as one could miss who is being born. */
  private List<ProcessHandle> living() {
    List<ProcessHandle> first = look();
    if (!first.isEmpty()) {
      return first;
    }
    LockSupport.parkNanos(this, TimeUnit.MILLISECONDS.toNanos(ON_ITS_WAY_MILLIS));
    return look();
  }

  private List<ProcessHandle> look() {
    return ProcessHandle.allProcesses()
        .filter(process -> !process.equals(ProcessHandle.current()))
        .filter(this::isMarked)
        .toList();
  }

  private boolean isMarked(ProcessHandle process) {
    try {
      byte[] bytes = Files.readAllBytes(Path.of("/proc/" + process.pid() + "/environ"));
      String environment = new String(bytes, StandardCharsets.UTF_8);
      return environment.startsWith(mark + "\0") || environment.contains("\0" + mark + "\0");
    } catch (IOException e) {
      return false; // it has ended, or is another user's
    }
  }

  private static void await(List<ProcessHandle> processes, long millis) {
    CompletableFuture<?>[] exits =
        processes.stream().map(ProcessHandle::onExit).toArray(CompletableFuture<?>[]::new);
    try {
      CompletableFuture.allOf(exits).get(millis, TimeUnit.MILLISECONDS);
    } catch (TimeoutException | ExecutionException e) {
      return; // the next look tells who lives
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
