package io.kugetsu.task.internal;

import io.kugetsu.common.ClosedException;
import io.kugetsu.process.OutputPage;
import io.kugetsu.task.OutputFollowing;
import io.kugetsu.task.WorkOutput;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Everybody who follows an output. One thread looks at all of them, and only while there are any;
 * the pages are read and told on the executor, one following at a time in one place.
 */
final class Followings implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Followings.class);

  /** How often it is looked while something is written, and how rarely while nothing is. */
  private static final long SHORTEST_MILLIS = 25;

  private static final long LONGEST_MILLIS = 200;
  private static final int PAGE = 64 << 10;

  private final Executor executor;
  private final Set<Following> all = ConcurrentHashMap.newKeySet();
  private final Object lock = new Object();
  private @Nullable Thread thread;
  private boolean hint;
  private boolean closed;

  Followings(Executor executor) {
    this.executor = executor;
  }

  /**
   * Begins to follow.
   *
   * @param output what is followed
   * @param from the first byte
   * @param over whether nothing more will be written; asked before the output is looked at
   * @param listener gets the pages
   */
  Following follow(
      WorkOutput output, long from, BooleanSupplier over, Consumer<OutputPage> listener) {
    Following following = new Following(output, from, over, listener);
    synchronized (lock) {
      if (closed) {
        throw new ClosedException("this Kugetsu");
      }
      all.add(following);
      if (thread == null) {
        thread = new Thread(this::work, "kugetsu-follow");
        thread.setDaemon(true);
        thread.start();
      }
      hint = true;
      lock.notifyAll();
    }
    return following;
  }

  /** Something has ended or was written: looks at once. */
  void hint() {
    synchronized (lock) {
      hint = true;
      lock.notifyAll();
    }
  }

  private void work() {
    long pause = SHORTEST_MILLIS;
    while (true) {
      boolean grew = false;
      for (Following following : all) {
        grew |= following.look();
      }
      pause = grew ? SHORTEST_MILLIS : Math.min(pause * 2, LONGEST_MILLIS);
      synchronized (lock) {
        if (closed || all.isEmpty()) {
          thread = null;
          return;
        }
        try {
          if (!hint) {
            lock.wait(pause);
          }
        } catch (InterruptedException e) {
          LOG.debug("nobody should interrupt this thread", e);
        }
        hint = false;
      }
    }
  }

  @Override
  public void close() {
    Thread ending;
    synchronized (lock) {
      closed = true;
      ending = thread;
      lock.notifyAll();
    }
    all.forEach(following -> following.end(new ClosedException("this Kugetsu")));
    boolean interrupted = false;
    while (ending != null && ending.isAlive()) {
      try {
        ending.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** One who follows one output. */
  final class Following implements OutputFollowing {
    private final WorkOutput output;
    private final BooleanSupplier over;
    private final Consumer<OutputPage> listener;
    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private final Object reading = new Object();
    private long position;
    private boolean busy;

    Following(WorkOutput output, long from, BooleanSupplier over, Consumer<OutputPage> listener) {
      this.output = output;
      this.position = from;
      this.over = over;
      this.listener = listener;
    }

    /** On the looking thread: hands the reading over when there is something; true if there was. */
    private boolean look() {
      synchronized (this) {
        if (busy || done.isDone()) {
          return false;
        }
        busy = true;
      }
      boolean something = true;
      try {
        something = over.getAsBoolean() || output.size() > position();
        if (something) {
          executor.execute(this::turn);
        }
      } catch (RejectedExecutionException | OutOfMemoryError e) {
        something = false; // no thread can be had now: tried again with the next look
      } catch (RuntimeException e) {
        end(e);
      } finally {
        if (!something) {
          idle();
        }
      }
      return something;
    }

    private void turn() {
      try {
        drain();
      } finally {
        idle();
      }
    }

    private synchronized void idle() {
      busy = false;
    }

    private long position() {
      synchronized (reading) {
        return position;
      }
    }

    /** Reads and tells what is there now, and ends when there will be no more. */
    void drain() {
      try {
        synchronized (reading) {
          boolean last = over.getAsBoolean();
          while (!done.isDone()) {
            OutputPage page = output.read(position, PAGE);
            if (page.to() <= position) {
              break;
            }
            position = page.to();
            listener.accept(page);
          }
          if (last) {
            end(null);
          }
        }
      } catch (RuntimeException | Error e) {
        end(e);
      }
    }

    private void end(@Nullable Throwable why) {
      all.remove(this);
      if (why == null) {
        done.complete(null);
      } else {
        done.completeExceptionally(why);
      }
    }

    @Override
    public CompletionStage<Void> done() {
      return done.minimalCompletionStage();
    }

    @Override
    public void close() {
      end(null);
    }
  }
}
