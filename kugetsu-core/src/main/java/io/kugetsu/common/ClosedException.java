package io.kugetsu.common;

import java.io.Serial;

/** The object was closed; nothing was done. */
public final class ClosedException extends KugetsuException {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * Makes one.
   *
   * @param what what is closed, for example {@code "this Kugetsu"}
   */
  public ClosedException(String what) {
    super(what + " is closed");
  }
}
