package io.kugetsu.worktree.internal.git;

import io.kugetsu.worktree.internal.git.GitCommand.Feed;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.TimeUnit;
import org.apache.commons.exec.ExecuteStreamHandler;
import org.jspecify.annotations.Nullable;

/**
 * Reads what a command writes, and gives it what it is to read, or nothing. What a hook leaves
 * running may keep the pipes open for hours; so once the command has ended, reading ends when
 * nothing more comes.
 */
final class GitStreams implements ExecuteStreamHandler {
  private final Pump out;
  private final Pump err;
  private final @Nullable Feeder feeder;
  private @Nullable OutputStream input;

  GitStreams(String name, Output out, Output err, @Nullable Feed feed) {
    this.out = new Pump(name + "-out", out);
    this.err = new Pump(name + "-err", err);
    this.feeder = feed == null ? null : new Feeder(name + "-in", feed);
  }

  /** Whether its output was read to the end, and nobody else still had it open. */
  boolean isComplete() {
    return out.isComplete();
  }

  /** Why the command did not get all that it was to read, although it would have taken it. */
  @Nullable Exception unfed() {
    return feeder == null ? null : feeder.failure;
  }

  @Override
  public void setProcessInputStream(OutputStream stream) {
    input = stream;
  }

  @Override
  public void setProcessOutputStream(InputStream stream) {
    out.source = stream;
  }

  @Override
  public void setProcessErrorStream(InputStream stream) {
    err.source = stream;
  }

  @Override
  public void start() throws IOException {
    out.start();
    err.start();
    OutputStream open = input;
    if (open != null && feeder != null) {
      feeder.feed(open);
    } else if (open != null) {
      open.close();
    }
  }

  @Override
  public void stop() {
    out.finish();
    err.finish();
  }

  private static final class Feeder extends Thread {
    private final Feed feed;
    private volatile @Nullable OutputStream target;
    private volatile @Nullable Exception failure;

    Feeder(String name, Feed feed) {
      super(name);
      this.feed = feed;
      setDaemon(true);
    }

    void feed(OutputStream stream) {
      target = stream;
      start();
    }

    @Override
    public void run() {
      OutputStream open = target;
      if (open == null) {
        return;
      }
      Pipe pipe = new Pipe(open);
      try {
        feed.to(pipe);
      } catch (IOException | RuntimeException e) {
        // A command that ends before it has read everything tells by its exit code why.
        if (!pipe.broken) {
          failure = e;
        }
      }
      try {
        pipe.close();
      } catch (IOException e) {
        // The command has ended already.
      }
    }
  }

  /** Knows whether it was the command that did not want more. */
  private static final class Pipe extends FilterOutputStream {
    private boolean broken;

    Pipe(OutputStream out) {
      super(out);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      try {
        out.write(bytes, from, length);
      } catch (IOException e) {
        broken = true;
        throw e;
      }
    }
  }

  private static final class Pump extends Thread {
    private static final int QUIET_LOOKS = 10;
    private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long LOOK_MILLIS = 50;
    private static final int BUFFER = 8192;

    private final Output target;
    private volatile @Nullable InputStream source;
    private volatile long reads;
    // Only who waits for more can tell by getting nothing that there is nothing.
    private volatile boolean reading;
    private boolean abandoned;
    private boolean complete;

    Pump(String name, Output target) {
      super(name);
      this.target = target;
      setDaemon(true);
    }

    @Override
    public void run() {
      byte[] buffer = new byte[BUFFER];
      InputStream open = source;
      if (open == null) {
        return;
      }
      try {
        long count = 0;
        int read;
        reading = true;
        while ((read = open.read(buffer)) >= 0) {
          reading = false;
          take(buffer, read);
          reads = ++count;
          reading = true;
        }
        reading = false;
        take(buffer, -1);
      } catch (IOException e) {
        // The command was ended and its pipe closed under us; what came is kept.
      }
    }

    private synchronized void take(byte[] buffer, int length) {
      if (abandoned) {
        return;
      }
      if (length < 0) {
        target.end();
        complete = true;
      } else {
        target.add(buffer, length);
      }
    }

    /**
     * Looks are counted, and not the time that goes by: on a busy machine the thread that reads may
     * have been given as little of it as this one.
     */
    void finish() {
      long ended = System.nanoTime();
      boolean interrupted = false;
      long before = reads;
      int quiet = 0;
      while (isAlive() && quiet < QUIET_LOOKS) {
        try {
          join(LOOK_MILLIS);
        } catch (InterruptedException e) {
          interrupted = true;
        }
        long now = reads;
        if (!reading) {
          quiet = 0; // who is slow to take what came is not quiet
        } else if (System.nanoTime() - ended > LONGEST_NANOS) {
          quiet = QUIET_LOOKS;
        } else {
          quiet = now == before ? quiet + 1 : 0;
        }
        before = now;
      }
      abandon();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }

    private synchronized boolean isComplete() {
      return complete;
    }

    private synchronized void abandon() {
      abandoned = true;
    }
  }
}
