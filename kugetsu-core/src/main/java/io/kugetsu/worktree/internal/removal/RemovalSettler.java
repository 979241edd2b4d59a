package io.kugetsu.worktree.internal.removal;

import io.kugetsu.worktree.internal.git.Git;
import io.kugetsu.worktree.internal.registry.Begun;
import io.kugetsu.worktree.internal.registry.Entry;
import io.kugetsu.worktree.internal.registry.Registry;
import io.kugetsu.worktree.internal.registry.Settler;
import io.kugetsu.worktree.internal.registry.Trash;
import io.kugetsu.worktree.internal.registry.TreeRecord;
import io.kugetsu.worktree.internal.rescue.RescueRefs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Ends a removal that was cut off. As long as git has the entry the worktree goes back to its
 * place, and what was rescued of it is given up, for it is all there. Once the entry is out, it is
 * gone, and the rest becomes rubbish. Where neither is so, somebody else had to do with the entry,
 * and nothing is given up.
 */
public final class RemovalSettler implements Settler {
  @Override
  public Begun.Kind kind() {
    return Begun.Kind.REMOVE;
  }

  @Override
  public void settle(Begun begun, Git git, Registry registry) throws IOException {
    Path tree = path(begun, Takeaway.TREE);
    Path place = path(begun, Takeaway.PLACE);
    Path entry = path(begun, Takeaway.ENTRY);
    Path entryPlace = path(begun, Takeaway.ENTRY_PLACE);
    String stamp = begun.field(Takeaway.STAMP).orElse("");
    if (!exists(entryPlace) && exists(entry) && Entry.read(entry).stamp().equals(stamp)) {
      if (exists(place)) {
        Trash.giveBack(place, tree);
      }
      Optional<String> ref = begun.field(Takeaway.REF);
      if (ref.isPresent() && exists(tree)) {
        new RescueRefs(git, registry.common())
            .delete(ref.get(), begun.field(Takeaway.COMMIT).orElse(""));
      }
      return;
    }
    if (!exists(entryPlace)) {
      // The directory is released before the entry. So somebody else changed the entry or took it
      // away, and what is in the directory may be nowhere else.
      if (exists(place)) {
        Trash.giveBack(place, tree);
      }
      return;
    }
    if (exists(place)) {
      Trash.release(place);
    }
    Optional<TreeRecord> record = TreeRecord.read(entryPlace);
    Optional<String> into = begun.field(Takeaway.INTO);
    if (record.isPresent() && into.isPresent()) {
      new BranchDeletion(git, registry).deleteIfIntegrated(record.get(), into.get());
    }
    Trash.release(entryPlace);
  }

  private static Path path(Begun begun, String field) throws IOException {
    return Path.of(
        begun.field(field).orElseThrow(() -> new IOException(begun + " has no " + field)));
  }

  private static boolean exists(Path path) {
    return Files.exists(path, LinkOption.NOFOLLOW_LINKS);
  }
}
