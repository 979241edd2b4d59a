package io.kugetsu.worktree.internal.making;

import io.kugetsu.worktree.internal.git.Git;
import io.kugetsu.worktree.internal.registry.Adopted;
import io.kugetsu.worktree.internal.registry.Begun;
import io.kugetsu.worktree.internal.registry.Entry;
import io.kugetsu.worktree.internal.registry.Registry;
import io.kugetsu.worktree.internal.registry.Settler;
import io.kugetsu.worktree.internal.registry.TreeRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Ends an adoption: what has its record is ours and is locked, the rest is as it was before. */
public final class AdoptionSettler implements Settler {
  static final String ENTRY = "entry";

  @Override
  public Begun.Kind kind() {
    return Begun.Kind.ADOPT;
  }

  @Override
  public void settle(Begun begun, Git git, Registry registry) throws IOException {
    Path directory =
        Path.of(begun.field(ENTRY).orElseThrow(() -> new IOException(begun + " has no entry")));
    if (Files.isDirectory(directory)) {
      settle(directory);
    }
  }

  /** The last step. */
  static void settle(Path directory) throws IOException {
    if (!TreeRecord.isIn(directory)) {
      TreeRecord.clear(directory);
      Adopted.forget(directory);
      return;
    }
    Optional<TreeRecord> record = TreeRecord.read(directory);
    Entry entry = Entry.read(directory);
    if (record.isPresent() && entry.lockReason() == null) {
      entry.lock(Entry.reasonFor(record.get().name()));
    }
  }
}
