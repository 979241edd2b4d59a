package io.kugetsu.process;

import io.kugetsu.common.Experimental;
import java.util.Objects;

/**
 * A part of what a process wrote. Places are counted in the bytes as they are in the file or were
 * written to the pipe, whatever masking makes of them: {@code to} is where the next page begins.
 *
 * @param from where it begins; later than asked for where that is within a character, or where the
 *     earlier bytes are no longer kept
 * @param to where it ends; equal to {@code from} when there is nothing to be read yet
 * @param text its text, masked; malformed bytes replaced
 * @param size how many bytes there were in all when it was read
 * @param end whether it reaches the end and nothing can follow any more; false as long as it is not
 *     known that the process has ended
 */
@Experimental
public record OutputPage(long from, long to, String text, long size, boolean end) {
  /** Checks for null. */
  public OutputPage {
    Objects.requireNonNull(text, "text");
  }
}
