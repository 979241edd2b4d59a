package io.kugetsu.model;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * All threads of one server: its workers and those the HTTP server makes for itself. They are
 * daemons, their names begin with {@code test-model-}, and a thread group makes them countable.
 */
final class ServerThreads {

  private static final String PREFIX = "test-model-";

  private final ThreadGroup group = new ThreadGroup("test-model");
  private final AtomicInteger workers = new AtomicInteger();

  Thread worker(Runnable task) {
    return daemon(task, PREFIX + "worker-" + workers.incrementAndGet());
  }

  /**
   * Runs an action such that the threads it makes belong here.
   *
   * @throws IllegalStateException if the action fails
   */
  <T> T call(Callable<T> action) {
    FutureTask<T> task = new FutureTask<>(action);
    daemon(task, PREFIX + "starter").start();
    try {
      T result = task.get();
      alive().stream()
          .filter(thread -> !thread.getName().startsWith(PREFIX))
          .forEach(thread -> thread.setName(PREFIX + thread.getName()));
      return result;
    } catch (ExecutionException e) {
      throw new IllegalStateException("the model server cannot start", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the model server started", e);
    }
  }

  /**
   * Waits for the end of all threads.
   *
   * @throws IllegalStateException if one is still there after the limit
   */
  void join(Duration limit) {
    long end = System.nanoTime() + limit.toNanos();
    try {
      for (Thread thread : alive()) {
        thread.join(Math.max(1, Duration.ofNanos(end - System.nanoTime()).toMillis()));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    List<Thread> left = alive();
    if (!left.isEmpty()) {
      throw new IllegalStateException("threads of the model server still run: " + left);
    }
  }

  private Thread daemon(Runnable task, String name) {
    Thread thread = new Thread(group, task, name);
    thread.setDaemon(true);
    return thread;
  }

  private List<Thread> alive() {
    Thread[] threads = new Thread[group.activeCount() + 16];
    int found = group.enumerate(threads);
    while (found == threads.length) {
      threads = new Thread[2 * threads.length];
      found = group.enumerate(threads);
    }
    return List.of(Arrays.copyOf(threads, found));
  }
}
