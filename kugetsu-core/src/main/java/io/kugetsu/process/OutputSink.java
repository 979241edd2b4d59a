package io.kugetsu.process;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the bytes of a process go: log file, tail, listener, in this order. With a masker nothing
 * passes but whole masked lines, without one every byte at once. Used by one thread, but for {@link
 * #tail()}, {@link #flushLog()}, {@link #cut()} and {@link #close()}.
 */
final class OutputSink implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(OutputSink.class);
  private static final int TAIL_BYTES = 64 << 10;

  private final String name;
  private final @Nullable OutputStream log;
  private final @Nullable UnaryOperator<String> masker;
  private final LineTeller teller;
  private final Tail tail;
  private final Object order = new Object();
  private final LineBuffer line = new LineBuffer(ProcessSpec.MAX_LINE_BYTES);
  private final ByteArrayOutputStream masked = new ByteArrayOutputStream();
  private final List<String> ready = new ArrayList<>();
  private final AtomicLong steps = new AtomicLong();
  private volatile boolean logFailed;
  private volatile @Nullable String logError;
  private volatile boolean cut;

  /**
   * Makes one.
   *
   * @param name the run's marker, for logs
   * @param log the open log file, which it owns from now on, or null
   * @param spec has masker and listener
   */
  OutputSink(String name, @Nullable OutputStream log, ProcessSpec spec) {
    this(name, log, spec, new Tail(TAIL_BYTES));
  }

  /**
   * Makes one.
   *
   * @param name the run's marker, for logs
   * @param log the open log file, which it owns from now on, or null. It is written to before the
   *     tail
   * @param spec has masker and listener
   * @param tail keeps the last bytes
   */
  OutputSink(String name, @Nullable OutputStream log, ProcessSpec spec, Tail tail) {
    this.name = name;
    this.tail = tail;
    this.log = log;
    this.masker = spec.masker().orElse(null);
    this.teller = new LineTeller(name, masker, spec.lineListener().orElse(null));
  }

  void accept(byte[] bytes, int length) {
    if (masker == null) {
      keep(bytes, length);
    }
    if (masker != null || teller.hasListener()) {
      int start = 0;
      for (int i = 0; i < length; i++) {
        if (bytes[i] == '\n') {
          line.add(bytes, start, i - start);
          lineEnds(true);
          start = i + 1;
        }
      }
      line.add(bytes, start, length - start);
    }
    deliver();
  }

  /** The stream is at its end: a last line without one counts as a line. */
  void end() {
    if ((masker != null || teller.hasListener()) && !line.isEmpty()) {
      lineEnds(false);
    }
    deliver();
  }

  /** From now on nothing reaches the log file or the listener; a call that is under way goes on. */
  void cut() {
    cut = true;
  }

  /**
   * A number that changes with everything that is done, so that being slow can be told from being
   * stuck.
   */
  long steps() {
    return steps.get();
  }

  boolean logIsComplete() {
    return !logFailed;
  }

  /** Why the log is not complete. */
  Optional<String> logError() {
    return Optional.ofNullable(logError);
  }

  /** Has in the log file what came so far; false when there is none, or it cannot be written. */
  boolean flushLog() {
    synchronized (order) {
      if (log == null || logFailed) {
        return false;
      }
      try {
        log.flush();
        return true;
      } catch (IOException e) {
        logFailed(e);
        return false;
      }
    }
  }

  Tail tail() {
    return tail;
  }

  @Override
  public void close() {
    synchronized (order) {
      if (log != null) {
        try {
          log.close();
        } catch (IOException e) {
          logFailed(e);
        }
      }
    }
  }

  private void lineEnds(boolean terminated) {
    steps.incrementAndGet(); // a chunk may have thousands of lines to be masked
    String text = line.text();
    String mark = line.isCut() ? " [line cut at " + ProcessSpec.MAX_LINE_BYTES + " bytes]" : "";
    if (masker == null) {
      ready.add(text + mark);
    } else {
      String visible = teller.mask(text);
      // What the masker did not touch stays as it was written, malformed bytes and all.
      byte[] out =
          visible.equals(text) && !line.isCut()
              ? line.toBytes()
              : (visible + mark).getBytes(StandardCharsets.UTF_8);
      masked.write(out, 0, out.length);
      if (terminated) {
        masked.write('\n');
      }
      if (teller.hasListener()) {
        ready.add(visible + mark);
      }
    }
    line.clear();
  }

  private void deliver() {
    if (masked.size() > 0) {
      byte[] lines = masked.toByteArray();
      masked.reset();
      keep(lines, lines.length);
    }
    for (String text : ready) {
      if (!cut) {
        steps.incrementAndGet();
        teller.tell(text);
      }
    }
    ready.clear();
  }

  private void keep(byte[] bytes, int length) {
    steps.incrementAndGet();
    if (cut) {
      return;
    }
    synchronized (order) {
      if (log != null && !logFailed) {
        try {
          log.write(bytes, 0, length);
        } catch (IOException e) {
          logFailed(e);
        }
      }
      tail.write(bytes, 0, length);
    }
  }

  private void logFailed(IOException e) {
    if (!logFailed) {
      logFailed = true;
      logError = "its log file could not be written: " + e;
      LOG.warn("log file of {} cannot be written any more, the process goes on", name, e);
    }
  }
}
