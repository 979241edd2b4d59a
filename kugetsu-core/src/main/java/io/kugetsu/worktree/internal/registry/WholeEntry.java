package io.kugetsu.worktree.internal.registry;

import io.kugetsu.internal.DiskSteps;
import io.kugetsu.internal.Trees;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Puts git's entry for a worktree in its place, and takes it away, in one step each: it is made
 * beside the others, as gitrepository-layout describes it, and renamed. Git itself makes and
 * deletes it file by file, and whoever looks at the repository meanwhile fails now and then, or
 * clears away what is half made.
 *
 * @param registry the repository's entries; it is locked
 * @param id names what is being done, so that what a killed program left is found again
 */
public record WholeEntry(Registry registry, String id) {
  // What else belongs into an entry, or into another form of it, is left to git.
  private static final Pattern LEFT_TO_GIT =
      Pattern.compile("extensions|sharedrepository|sparsecheckout");
  private static final String NEW = "new";
  private static final String GONE = "gone";
  private static final int MOST = 1_000;

  /** Whether an entry may be made here, as the repository uses nothing that is not known here. */
  public boolean mayBeMade() throws IOException {
    Path config = registry.common().resolve("config");
    String text = Files.readString(config, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT);
    return !LEFT_TO_GIT.matcher(text).find()
        && !Files.exists(registry.common().resolve("info").resolve("sparse-checkout"));
  }

  /** Makes the entry of a locked worktree on a branch that is checked out nowhere. */
  public void make(Path tree, String name, String branch) throws IOException {
    Path fresh = place(NEW);
    Trees.delete(fresh);
    DiskSteps.makeDirectories(fresh);
    Path link = tree.resolve(".git");
    DiskSteps.write(fresh.resolve("locked"), Entry.reasonFor(name) + "\n");
    DiskSteps.write(fresh.resolve("gitdir"), link + "\n");
    DiskSteps.write(fresh.resolve("commondir"), "../..\n");
    DiskSteps.write(fresh.resolve("HEAD"), "ref: refs/heads/" + branch + "\n");
    for (int n = 0; n < MOST; n++) {
      Path entry = worktrees().resolve(n == 0 ? name : name + n);
      if (Files.exists(entry, LinkOption.NOFOLLOW_LINKS)) {
        continue;
      }
      DiskSteps.write(link, "gitdir: " + entry + "\n");
      if (moved(fresh, entry)) {
        return;
      }
    }
    throw new IOException("git has " + MOST + " worktrees of the name " + name);
  }

  private boolean moved(Path fresh, Path entry) throws IOException {
    try {
      DiskSteps.makeDirectories(worktrees());
      DiskSteps.rename(fresh, entry);
      return true;
    } catch (NoSuchFileException e) {
      if (Files.exists(fresh)) {
        return false; // the directory of all entries went together with the last of them
      }
      throw e;
    } catch (FileAlreadyExistsException e) {
      return false;
    }
  }

  /** Takes an entry away. */
  public void drop(Entry entry) throws IOException {
    Path gone = place(GONE);
    Trees.delete(gone);
    DiskSteps.makeDirectories(kugetsu(GONE));
    DiskSteps.rename(entry.directory(), gone);
    Trees.delete(gone);
  }

  /** Deletes what was left on its way to its place, or away from it. */
  public void clean() {
    Trees.delete(place(NEW));
    Trees.delete(place(GONE));
  }

  private Path place(String where) {
    return kugetsu(where).resolve(id);
  }

  private Path kugetsu(String where) {
    return registry.common().resolve("kugetsu").resolve(where);
  }

  private Path worktrees() {
    return registry.common().resolve("worktrees");
  }
}
