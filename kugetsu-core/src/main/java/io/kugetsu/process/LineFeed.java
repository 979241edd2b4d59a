package io.kugetsu.process;

import java.io.File;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a growing file and hands on its lines, each byte once. Holds nothing between two calls but
 * its place in the file and the beginning of a line. Used by one thread at a time, but for {@link
 * #offset()}, {@link #steps()}, {@link #cut()} and {@link #isComplete()}.
 */
final class LineFeed {
  private static final Logger LOG = LoggerFactory.getLogger(LineFeed.class);
  private static final int MAX_CHUNK = 64 << 10;

  private final File file;
  private final long ceiling;
  private final LineTeller teller;
  private @Nullable LineBuffer line;
  private final AtomicLong offset = new AtomicLong();
  private final AtomicLong steps = new AtomicLong();
  private volatile boolean cut;
  private volatile boolean complete;

  /**
   * Makes one.
   *
   * @param file the file
   * @param ceiling how many of its bytes are read at most; 0 for all
   */
  LineFeed(File file, long ceiling, LineTeller teller) {
    this.file = file;
    this.ceiling = ceiling;
    this.teller = teller;
  }

  /** How much has been read. */
  long offset() {
    return offset.get();
  }

  /** A number that changes with everything that is done. */
  long steps() {
    return steps.get();
  }

  /** From now on nothing is handed on; a call that is under way goes on. */
  void cut() {
    cut = true;
  }

  /** Whether everything up to the end was handed on. */
  boolean isComplete() {
    return complete;
  }

  /** Hands on what has been added, or a part of it; false when there is no more for now. */
  boolean advance() {
    if (cut) {
      return false;
    }
    try (RandomAccessFile in = new RandomAccessFile(file, "r")) {
      long end = ceiling > 0 ? Math.min(ceiling, in.length()) : in.length();
      if (end <= offset.get()) {
        return false;
      }
      byte[] chunk = new byte[(int) Math.min(MAX_CHUNK, end - offset.get())];
      in.seek(offset.get());
      int n = in.read(chunk);
      if (n <= 0) {
        return false;
      }
      pass(chunk, n);
      offset.addAndGet(n);
      return offset.get() < end;
    } catch (IOException e) {
      LOG.warn("{} cannot be read any more, its lines end here", file, e);
      cut = true;
      return false;
    }
  }

  /** The file grows no more: a last line without an end counts as a line. */
  void end() {
    if (line != null && !line.isEmpty()) {
      tell(line);
    }
    line = null;
    complete = !cut;
  }

  private void pass(byte[] chunk, int length) {
    LineBuffer current = line == null ? new LineBuffer(ProcessSpec.MAX_LINE_BYTES) : line;
    int start = 0;
    for (int i = 0; i < length && !cut; i++) {
      if (chunk[i] == '\n') {
        current.add(chunk, start, i - start);
        tell(current);
        start = i + 1;
      }
    }
    current.add(chunk, start, length - start);
    line = current.isEmpty() ? null : current;
  }

  private void tell(LineBuffer ended) {
    String mark = ended.isCut() ? " [line cut at " + ProcessSpec.MAX_LINE_BYTES + " bytes]" : "";
    String text = teller.mask(ended.text()) + mark;
    ended.clear();
    if (!cut) {
      steps.incrementAndGet();
      teller.tell(text);
      steps.incrementAndGet();
    }
  }
}
