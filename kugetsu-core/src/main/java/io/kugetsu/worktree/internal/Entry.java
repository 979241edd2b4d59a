package io.kugetsu.worktree.internal;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
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
record Entry(Path directory, @Nullable Path tree, @Nullable String lockReason, String stamp) {
  private static final String TREE = "gitdir";
  private static final String LOCK = "locked";
  private static final String LINK = ".git";
  private static final String LINK_START = "gitdir: ";
  private static final String OUR_REASON = "kugetsu ";
  private static final long LONGEST_LINK = 1 << 16;

  /** The reason that we lock a worktree with. */
  static String reasonFor(String name) {
    return OUR_REASON + name;
  }

  static Entry read(Path directory) throws IOException {
    return new Entry(
        directory,
        canonical(linked(directory)),
        text(directory.resolve(LOCK)).orElse(null),
        stamp(directory.resolve(TREE)));
  }

  /** Whether the directory of an entry's worktree has this name, wherever it is. */
  static boolean isNamed(Path directory, String name) throws IOException {
    Path tree = linked(directory);
    return tree != null && name.equals(String.valueOf(tree.getFileName()));
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

  boolean isAt(Path path) {
    return path.equals(tree);
  }

  boolean isLockedByOthers(String name) {
    return lockReason != null && !lockReason.equals(reasonFor(name));
  }

  boolean has(String file) {
    return Files.exists(directory.resolve(file), LinkOption.NOFOLLOW_LINKS);
  }

  /** Takes our own lock away, which is what {@code git worktree unlock} does too. */
  void unlock() throws IOException {
    Files.deleteIfExists(directory.resolve(LOCK));
  }

  void lockAgain() throws IOException {
    if (lockReason != null) {
      Files.writeString(directory.resolve(LOCK), lockReason + "\n");
    }
  }

  /**
   * Whether a directory is this entry's worktree: itself no link, and with a file {@code .git} that
   * leads here.
   */
  boolean isLinkedFrom(Path path) throws IOException {
    Path link = path.resolve(LINK);
    if (!isAt(path)
        || !Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)
        || !Files.isRegularFile(link, LinkOption.NOFOLLOW_LINKS)
        || Files.size(link) > LONGEST_LINK) {
      return false;
    }
    String text = Files.readString(link, StandardCharsets.UTF_8).stripTrailing();
    if (!text.startsWith(LINK_START)) {
      return false;
    }
    try {
      Path target = path.resolve(text.substring(LINK_START.length())).normalize();
      return Files.isDirectory(target) && Files.isSameFile(target, directory);
    } catch (InvalidPathException e) {
      return false;
    }
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
