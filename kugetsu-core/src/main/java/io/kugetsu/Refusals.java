package io.kugetsu;

import io.kugetsu.common.IssueRef;
import io.kugetsu.common.LimitKey;
import io.kugetsu.common.LimitReachedException;
import io.kugetsu.engine.Admission;

/** Words why a message could not start at once. */
final class Refusals {
  private Refusals() {}

  static LimitReachedException of(IssueRef ref, Admission.Refused refused) {
    return new LimitReachedException(
        why(ref, refused),
        refused.key(),
        refused.limit(),
        refused.holders(),
        refused.position(),
        refused.why(),
        refused.until());
  }

  private static String why(IssueRef ref, Admission.Refused refused) {
    if (refused.key().isSession()) {
      return "the session of "
          + ref
          + " has a message running or waiting; continueSession() waits behind it";
    }
    if (!refused.why().isEmpty()) {
      return "nothing of " + refused.key() + " starts for now; delegate() waits in line";
    }
    String limit =
        refused.key().equals(LimitKey.AGENTS)
            ? "Max concurrent agents (" + refused.limit() + ") reached"
            : "the limit of " + refused.key() + " (" + refused.limit() + ") is reached";
    return limit + "; delegate() waits in line";
  }
}
