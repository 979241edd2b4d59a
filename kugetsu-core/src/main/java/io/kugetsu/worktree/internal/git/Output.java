package io.kugetsu.worktree.internal.git;

import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Takes what a command writes and keeps a bounded part of it. It is filled by one thread and asked
 * by another once that has ended.
 */
public abstract class Output {
  /** Takes the first bytes of a buffer. */
  public abstract void add(byte[] buffer, int length);

  /** Nothing more will come. */
  void end() {}

  /** What was kept. */
  public abstract String text();

  /** Whether something that was to be kept was not. */
  boolean overflowed() {
    return false;
  }

  /** Throws what the taker of the records threw. */
  public void rethrow() {}

  /** Keeps the beginning. */
  static Output head(int most) {
    return new Head(most);
  }

  /** Keeps the end. */
  static Output tail(int most) {
    return new Tail(most);
  }

  /** Keeps nothing, but hands over each record. */
  static Output records(char separator, Charset charset, Consumer<String> taker) {
    return new Records(separator, charset, taker);
  }

  private static final class Head extends Output {
    private final int most;
    private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
    private boolean overflowed;

    Head(int most) {
      this.most = most;
    }

    @Override
    public synchronized void add(byte[] buffer, int length) {
      int room = Math.min(length, most - kept.size());
      kept.write(buffer, 0, room);
      overflowed |= room < length;
    }

    @Override
    public synchronized String text() {
      return kept.toString(StandardCharsets.UTF_8);
    }

    @Override
    synchronized boolean overflowed() {
      return overflowed;
    }
  }

  private static final class Tail extends Output {
    private final int most;
    private byte[] kept = new byte[0];

    Tail(int most) {
      this.most = most;
    }

    @Override
    public synchronized void add(byte[] buffer, int length) {
      byte[] all = Arrays.copyOf(kept, kept.length + length);
      System.arraycopy(buffer, 0, all, kept.length, length);
      kept = all.length <= most ? all : Arrays.copyOfRange(all, all.length - most, all.length);
    }

    @Override
    public synchronized String text() {
      return new String(kept, StandardCharsets.UTF_8);
    }
  }

  private static final class Records extends Output {
    private static final int LONGEST = 1 << 20;
    private final char separator;
    private final Charset charset;
    private final Consumer<String> taker;
    private final ByteArrayOutputStream record = new ByteArrayOutputStream();
    private boolean overflowed;
    private @Nullable RuntimeException failure;

    Records(char separator, Charset charset, Consumer<String> taker) {
      this.separator = separator;
      this.charset = charset;
      this.taker = taker;
    }

    @Override
    public synchronized void add(byte[] buffer, int length) {
      for (int i = 0; i < length; i++) {
        if (buffer[i] == separator) {
          hand();
        } else if (record.size() < LONGEST) {
          record.write(buffer[i]);
        } else {
          overflowed = true;
        }
      }
    }

    @Override
    synchronized void end() {
      if (record.size() > 0) {
        hand();
      }
    }

    // A taker that throws must not stop the reading: the command would wait for ever.
    private void hand() {
      String text = record.toString(charset);
      record.reset();
      try {
        if (failure == null) {
          taker.accept(text);
        }
      } catch (RuntimeException e) {
        failure = e;
      }
    }

    @Override
    public String text() {
      return "";
    }

    @Override
    synchronized boolean overflowed() {
      return overflowed;
    }

    @Override
    public synchronized void rethrow() {
      if (failure != null) {
        throw failure;
      }
    }
  }
}
