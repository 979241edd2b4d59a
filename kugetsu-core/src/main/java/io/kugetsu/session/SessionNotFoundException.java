package io.kugetsu.session;

import io.kugetsu.common.IssueRef;
import io.kugetsu.common.KugetsuException;
import java.io.Serial;

/** There is no session for a ref. */
public final class SessionNotFoundException extends KugetsuException {
  @Serial private static final long serialVersionUID = 1L;

  private final String ref;

  /**
   * Makes one.
   *
   * @param ref the ref
   */
  public SessionNotFoundException(IssueRef ref) {
    super("no session for " + ref + "; delegate a message to it first");
    this.ref = ref.text();
  }

  /** {@return the ref} */
  public IssueRef ref() {
    return new IssueRef(ref);
  }
}
