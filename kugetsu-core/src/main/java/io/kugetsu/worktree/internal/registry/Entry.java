package io.kugetsu.worktree.internal.registry;

import io.kugetsu.internal.DiskSteps;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What git keeps for one linked worktree: the directory {@code worktrees/<id>} in the repository's
 * common directory, whose layout is described in gitrepository-layout.
 *
 * @param directory the entry
 * @param tree where the worktree is said to be; null when the entry is half made
 * @param lockReason why it is locked; null when it is not
 * @param stamp differs from that of an entry that was made again in the same place
 */
public record Entry(
    Path directory, @Nullable Path tree, @Nullable String lockReason, String stamp) {
  private static final String TREE = "gitdir";
  private static final String LOCK = "locked";
  private static final String LINK = ".git";
  private static final String OUR_REASON = "kugetsu ";
  private static final String KEPT = ", kept: ";

  /** The reason that we lock a worktree with. */
  public static String reasonFor(String name) {
    return OUR_REASON + name;
  }

  /** The reason that we lock a worktree with which somebody wants kept. */
  public static String keptFor(String name, String reason) {
    return reasonFor(name) + KEPT + reason;
  }

  public static Entry read(Path directory) throws IOException {
    return new Entry(
        directory,
        canonical(linked(directory)),
        text(directory.resolve(LOCK)).orElse(null),
        stamp(directory.resolve(TREE)));
  }

  /** Whether an entry may be of a directory or of one below it, as far as its link tells. */
  static boolean mayBeFrom(Path directory, Path place) throws IOException {
    Path tree = linked(directory);
    return tree != null
        && (tree.startsWith(place) || Objects.equals(place.getFileName(), tree.getFileName()));
  }

  /** Where the worktree is, as git wrote it; null when the entry is half made. */
  private static @Nullable Path linked(Path directory) throws IOException {
    Optional<String> link = text(directory.resolve(TREE));
    if (link.isEmpty() || link.get().isEmpty()) {
      return null;
    }
    try {
      return directory.resolve(link.get()).normalize().getParent();
    } catch (InvalidPathException e) {
      throw new IOException(directory + " has a link that is no path", e);
    }
  }

  public boolean isAt(Path path) {
    return path.equals(tree);
  }

  /** Whether its worktree is at a path or somewhere in it. */
  boolean isBelow(Path path) {
    return tree != null && tree.startsWith(path);
  }

  public boolean isLockedByOthers(String name) {
    return lockReason != null && !lockReason.equals(reasonFor(name));
  }

  public boolean isKept(String name) {
    return lockReason != null && lockReason.startsWith(reasonFor(name) + KEPT);
  }

  boolean has(String file) {
    return Files.exists(directory.resolve(file), LinkOption.NOFOLLOW_LINKS);
  }

  /** Locks it for a reason, in place of any other. */
  public void lock(String reason) throws IOException {
    replace(LOCK, reason);
  }

  /** Says where its worktree is. */
  public void place(Path tree) throws IOException {
    replace(TREE, tree.resolve(LINK).toString());
  }

  private void replace(String file, String line) throws IOException {
    Path draft = directory.resolve(file + ".kugetsu");
    DiskSteps.write(draft, line + "\n");
    DiskSteps.rename(draft, directory.resolve(file));
  }

  /**
   * Whether a directory is this entry's worktree: itself no link, and with a file {@code .git} that
   * leads here.
   */
  public boolean isLinkedFrom(Path path) throws IOException {
    if (!isAt(path) || !Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      return false;
    }
    Optional<TreeLink> link = TreeLink.of(path);
    return link.isPresent() && link.get().leadsTo(this);
  }

  private static String stamp(Path file) throws IOException {
    if (!Files.exists(file)) {
      return "";
    }
    BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
    return attributes.fileKey() + " " + attributes.lastModifiedTime();
  }

  private static Optional<String> text(Path file) throws IOException {
    return Files.isRegularFile(file)
        ? Optional.of(Files.readString(file, StandardCharsets.UTF_8).stripTrailing())
        : Optional.empty();
  }

  /** Git may have written it with a link in it, and the directory itself may be gone. */
  private static @Nullable Path canonical(@Nullable Path path) throws IOException {
    Path parent = path == null ? null : path.getParent();
    return path == null || parent == null || !Files.isDirectory(parent)
        ? path
        : parent.toRealPath().resolve(path.getFileName());
  }
}
