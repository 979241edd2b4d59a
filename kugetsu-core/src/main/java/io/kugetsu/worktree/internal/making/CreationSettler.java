package io.kugetsu.worktree.internal.making;

import io.kugetsu.worktree.internal.git.Git;
import io.kugetsu.worktree.internal.registry.Begun;
import io.kugetsu.worktree.internal.registry.Registry;
import io.kugetsu.worktree.internal.registry.Settler;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A worktree that was half made is taken away, as nobody was given it; a whole one stays. */
public final class CreationSettler implements Settler {
  private static final Logger LOG = LoggerFactory.getLogger(CreationSettler.class);

  @Override
  public Begun.Kind kind() {
    return Begun.Kind.CREATE;
  }

  @Override
  public void settle(Begun begun, Git git, Registry registry) throws IOException {
    HalfMade half = HalfMade.of(begun, git, registry);
    if (half.isWhole()) {
      half.finish();
      return;
    }
    List<Exception> failures = new ArrayList<>();
    Optional<String> kept = half.undo(failures);
    if (!failures.isEmpty()) {
      throw new IOException(failures.get(0));
    }
    kept.ifPresent(what -> LOG.warn("of {}, which was cut off: {}", begun, what));
  }
}
