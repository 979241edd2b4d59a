package io.kugetsu.testing;

import io.kugetsu.common.LimitKey;
import io.kugetsu.common.Limits;
import io.kugetsu.common.TaskId;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.engine.Claim;
import io.kugetsu.engine.Owner;
import io.kugetsu.engine.TaskRecord;
import io.kugetsu.engine.TaskStore;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Claimers that take work from one store in threads of their own. Every seventh run its owner dies
 * with its run, goes on as a new instance, and somebody else has to settle what it left. The
 * witness counts what runs by itself and never asks the store.
 */
final class ClaimStorm {
  private static final int DEATH_EVERY = 7;
  private static final long AT_MOST_SECONDS = 120;

  private final Bench bench;
  private final Limits limits;
  private final Semaphore hints = new Semaphore(0);
  private final AtomicInteger ended = new AtomicInteger();
  private final AtomicInteger runs = new AtomicInteger();
  private final Map<String, Integer> present = new TreeMap<>();
  private final Map<String, Integer> most = new TreeMap<>();
  private final Set<TaskId> running = new HashSet<>();
  private final Set<TaskId> settled = new HashSet<>();
  private final List<String> problems = new ArrayList<>();

  ClaimStorm(Bench bench, Limits limits) {
    this.bench = bench;
    this.limits = limits;
  }

  void run(int claimers, int tasks) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(claimers);
    TaskStore.Subscription subscription =
        bench.engine.tasks().onWork(() -> hints.release(claimers));
    try {
      List<Callable<Void>> all = new ArrayList<>();
      for (int i = 0; i < claimers; i++) {
        all.add(
            () -> {
              claimUntil(tasks);
              return null;
            });
      }
      for (Future<Void> claimer : threads.invokeAll(all, AT_MOST_SECONDS, TimeUnit.SECONDS)) {
        claimer.get();
      }
    } finally {
      subscription.close();
      threads.shutdownNow();
    }
  }

  private void claimUntil(int tasks) throws InterruptedException {
    Owner me = Bench.owner();
    while (ended.get() < tasks) {
      List<Claim> claims = bench.claim(me, limits, 1);
      for (Claim claim : claims) {
        if (claim.orphaned()) {
          settle(claim);
        } else if (work(claim, me)) {
          me = Bench.owner();
        }
      }
      if (claims.isEmpty()) {
        // A hint may be lost, so nobody relies on one for ever.
        hints.tryAcquire(20, TimeUnit.MILLISECONDS);
      }
    }
    hints.release(100);
  }

  /** Runs a task; true when its owner died of it. */
  private boolean work(Claim claim, Owner me) {
    enter(claim.task());
    boolean dies = runs.incrementAndGet() % DEATH_EVERY == 0;
    Thread.yield();
    leave(claim.task());
    if (dies) {
      bench.kill(me);
      return true;
    }
    end(claim, TaskStatus.COMPLETED);
    return false;
  }

  private void settle(Claim claim) {
    synchronized (this) {
      if (running.contains(claim.task().id())) {
        problems.add(claim.task().id() + " was to be settled while it ran");
      }
      if (!settled.add(claim.task().id())) {
        problems.add(claim.task().id() + " was to be settled twice");
      }
    }
    end(claim, TaskStatus.LOST);
  }

  private void end(Claim claim, TaskStatus status) {
    boolean mine =
        bench.engine.tasks().finish(claim.token(), Bench.finish(status, null)).isPresent();
    synchronized (this) {
      if (!mine) {
        problems.add("the end of " + claim.task().id() + " was fenced off");
      }
    }
    ended.incrementAndGet();
  }

  private synchronized void enter(TaskRecord task) {
    if (!running.add(task.id())) {
      problems.add(task.id() + " runs twice");
    }
    for (LimitKey key : task.limitKeys()) {
      int now = present.merge(key.value(), 1, Integer::sum);
      most.merge(key.value(), now, Math::max);
    }
  }

  private synchronized void leave(TaskRecord task) {
    running.remove(task.id());
    task.limitKeys().forEach(key -> present.merge(key.value(), -1, Integer::sum));
  }

  synchronized List<String> problems() {
    return List.copyOf(problems);
  }

  synchronized Map<String, Integer> mostAtOnce() {
    return new TreeMap<>(most);
  }
}
