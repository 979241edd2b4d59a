package io.kugetsu.worktree.internal.registry;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/**
 * The file {@code .git} of a linked worktree.
 *
 * @param target git's entry that it leads to, which need not be there
 */
public record TreeLink(Path target) {
  private static final String NAME = ".git";
  private static final String START = "gitdir: ";
  private static final String ENTRIES = "worktrees";
  private static final long LONGEST = 1 << 16;

  /** The link in a directory; empty when there is none, or something else. */
  public static Optional<TreeLink> of(Path tree) throws IOException {
    Path file = tree.resolve(NAME);
    try {
      if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) || Files.size(file) > LONGEST) {
        return Optional.empty();
      }
      String text = Files.readString(file, StandardCharsets.UTF_8).stripTrailing();
      return text.startsWith(START)
          ? Optional.of(new TreeLink(tree.resolve(text.substring(START.length())).normalize()))
          : Optional.empty();
    } catch (InvalidPathException | NoSuchFileException e) {
      return Optional.empty(); // a name that is no path, or the directory went just now
    }
  }

  /** Makes the link of a directory lead to an entry. */
  public static void write(Path tree, Path entry) throws IOException {
    Path draft = tree.resolve(NAME + ".kugetsu");
    Files.writeString(draft, START + entry + "\n");
    Files.move(draft, tree.resolve(NAME), StandardCopyOption.ATOMIC_MOVE);
  }

  public boolean leadsTo(Entry entry) throws IOException {
    try {
      return Files.isDirectory(target) && Files.isSameFile(target, entry.directory());
    } catch (NoSuchFileException e) {
      return false; // the entry went just now
    }
  }

  /**
   * Whether it led to an entry before the repository was moved: to one of the same name, in a
   * repository that is no longer there.
   */
  public boolean isLostFrom(Entry entry) {
    Path entries = target.getParent();
    Path common = entries == null ? null : entries.getParent();
    return entries != null
        && common != null
        && entries.endsWith(ENTRIES)
        && target.endsWith(entry.directory().getFileName())
        && !Files.exists(common, LinkOption.NOFOLLOW_LINKS);
  }

  /** Whether it leads to an entry of this repository that is no longer there. */
  public boolean isForgottenBy(Registry registry) {
    return registry.common().resolve(ENTRIES).equals(target.getParent()) && !Files.exists(target);
  }
}
