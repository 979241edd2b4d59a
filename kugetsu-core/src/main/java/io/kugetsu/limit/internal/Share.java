package io.kugetsu.limit.internal;

import io.kugetsu.common.InvalidRequestException;
import io.kugetsu.engine.Headroom;

/**
 * How many get their share of what is free.
 *
 * @param bytesEach what one needs
 * @param what what it is that is shared
 */
record Share(long bytesEach, String what) {
  private static final long MIB = 1024 * 1024;

  Share {
    if (bytesEach < 1) {
      throw new InvalidRequestException("an agent needs at least 1 byte, not " + bytesEach);
    }
  }

  Headroom of(long free) {
    return new Headroom(
        (int) Math.min(Integer.MAX_VALUE, Math.max(0, free) / bytesEach),
        free / MIB + " MiB of " + what + " are free, an agent is given " + bytesEach / MIB);
  }
}
