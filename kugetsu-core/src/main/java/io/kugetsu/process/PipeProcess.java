package io.kugetsu.process;

import io.kugetsu.common.Experimental;
import io.kugetsu.common.InvalidRequestException;

/** A process on pipes. What it has written last is in memory. Safe for use by many threads. */
@Experimental
public interface PipeProcess extends RunningProcess {
  /**
   * Has everything that it writes in its log file, from the first byte on, also where the spec says
   * {@link ProcessSpec#logOnDemand()}: what came before is written first, before this returns.
   * Calling it again changes nothing; after the end it still makes the file.
   *
   * @return whether the file has everything so far; false when the spec names none, or it cannot be
   *     written, in which case the process goes on and {@link ProcessExit#outputComplete()} tells,
   *     if it has not ended
   */
  boolean keepLog();

  /**
   * Reads of what it has written so far, masked as its spec says, without waiting and without
   * taking anything away; also after the end. Only the last {@link PipeRunner#KEPT_BYTES} are
   * there. A page never begins or ends within a character, and ends with a line where it can. With
   * a masker places are counted in the masked bytes, and a line is there once it is complete.
   *
   * @param from the place to begin at, in bytes; where the bytes there are no longer kept, it
   *     begins with the first that is, and behind the end there is nothing
   * @param maxBytes how many bytes at most, 4 or more
   * @return the page; {@link OutputPage#end()} once {@link #exit()} has completed
   * @throws InvalidRequestException when the place is negative or the length too small
   */
  OutputPage output(long from, int maxBytes);
}
