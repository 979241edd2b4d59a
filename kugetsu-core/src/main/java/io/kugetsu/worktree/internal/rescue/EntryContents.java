package io.kugetsu.worktree.internal.rescue;

import io.kugetsu.worktree.internal.git.BlobId;
import io.kugetsu.worktree.internal.git.Modes;
import io.kugetsu.worktree.internal.git.RawPath;
import io.kugetsu.worktree.internal.rescue.Manifest.Part;
import io.kugetsu.worktree.internal.rescue.Snapshot.Type;
import io.kugetsu.worktree.internal.work.Tally;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What git, and who extends it, keeps in a worktree's entry, but for what a new entry has of its
 * own: index, HEAD, reflog, refs, settings. That is small, so it is kept in memory, unlike the
 * repositories of submodules.
 *
 * @param directory the entry
 * @param parts what is small, directories before what is in them
 * @param contents of its files, by their raw names
 * @param modules the repositories, by names from the entry
 * @param unheld counts what of it cannot be held
 */
public record EntryContents(
    Path directory,
    List<Part> parts,
    Map<String, byte[]> contents,
    Snapshot modules,
    Tally unheld) {
  private static final String MODULES = "modules";
  private static final Set<String> ITS_OWN = Set.of("gitdir", "commondir");

  /**
   * Reads it.
   *
   * @param idLength how many digits the repository's ids have
   */
  public static EntryContents read(Path entry, int idLength) throws IOException {
    Tally unheld = new Tally();
    Snapshot modules = Snapshot.ofAll(entry, MODULES, unheld);
    EntryContents files =
        new EntryContents(entry, new ArrayList<>(), new LinkedHashMap<>(), modules, unheld);
    files.add(entry, "", idLength);
    return files;
  }

  /** Whether each entry has its own of that. */
  static boolean isItsOwn(String raw) {
    return ITS_OWN.contains(raw);
  }

  /** Whether that is in the repository of a submodule. */
  static boolean isOfModules(String raw) {
    return raw.startsWith(MODULES + "/");
  }

  /** Whether it is the same as another one. */
  public boolean isSame(EntryContents other) {
    return parts.equals(other.parts) && modules.nodes().equals(other.modules.nodes());
  }

  /** Where the repositories of submodules are, if there are any. */
  Path modulesDirectory() {
    return directory.resolve(MODULES);
  }

  private void add(Path path, String raw, int idLength) throws IOException {
    int mode = Modes.of(path);
    if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      parts.add(new Part(Type.DIRECTORY, raw, mode, 0, ""));
      for (Path child : SortedChildren.of(path)) {
        String name = RawPath.name(child);
        String joined = RawPath.join(raw, name);
        if (!isItsOwn(joined) && !joined.equals(MODULES)) {
          add(child, joined, idLength);
        }
      }
    } else if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
      byte[] content = Files.readAllBytes(path);
      contents.put(raw, content);
      parts.add(new Part(Type.FILE, raw, mode, content.length, BlobId.of(content, idLength)));
    } else {
      throw new IOException(path + " is neither a file nor a directory");
    }
  }
}
