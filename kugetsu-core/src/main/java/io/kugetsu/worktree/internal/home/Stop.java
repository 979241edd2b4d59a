package io.kugetsu.worktree.internal.home;

import io.kugetsu.worktree.Integration.Conflict;
import io.kugetsu.worktree.Integration.Reason;
import io.kugetsu.worktree.Integration.Refused;
import java.io.Serial;
import java.util.List;

/** Ends an integration from within with a refusal. It never leaves the package. */
final class Stop extends Exception {
  @Serial private static final long serialVersionUID = 1L;

  private final transient Refused refused;

  Stop(Refused refused) {
    super(refused.text(), null, false, false);
    this.refused = refused;
  }

  Stop(Reason reason, String text) {
    this(new Refused(reason, text));
  }

  Stop(Reason reason, String text, List<String> paths) {
    this(new Refused(reason, text, paths, List.of()));
  }

  static Stop conflicts(String text, List<Conflict> conflicts) {
    List<String> paths =
        conflicts.stream().flatMap(each -> each.paths().stream()).distinct().toList();
    return new Stop(new Refused(Reason.CONFLICTS, text, paths, conflicts));
  }

  Refused refused() {
    return refused;
  }
}
