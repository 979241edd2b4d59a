package io.kugetsu.task;

import io.kugetsu.common.InvalidRequestException;

/**
 * A piece of what a run wrote. The offsets count the bytes of the run's output from its beginning,
 * so that the next chunk begins where this one ends; where it begins later, what lies between was
 * left out. Immutable.
 *
 * @param from the offset of its first byte, 0 or more
 * @param to the offset behind its last byte, not below {@code from}
 * @param text the text, secrets masked; masking may make it shorter or longer than the bytes it
 *     stands for
 */
public record OutputChunk(long from, long to, String text) {
  /**
   * Checks the offsets.
   *
   * @throws InvalidRequestException when they are negative or the wrong way round
   */
  public OutputChunk {
    if (from < 0 || to < from) {
      throw new InvalidRequestException("output from " + from + " to " + to + " cannot be");
    }
  }
}
