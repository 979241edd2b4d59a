package io.kugetsu.worktree.internal.home;

import io.kugetsu.common.StorageException;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How much room directories take: each file in whole blocks, files with several names once. What
 * has holes takes less, and what is shared with others on the file system is not told apart.
 */
public final class TreeSize extends SimpleFileVisitor<Path> {
  private final long block;
  private final Set<Object> seen = new HashSet<>();
  private long bytes;

  private TreeSize(long block) {
    this.block = Math.max(1, block);
  }

  public static long of(List<Path> directories) {
    long bytes = 0;
    for (Path directory : directories) {
      try {
        TreeSize size = new TreeSize(Files.getFileStore(directory).getBlockSize());
        Files.walkFileTree(directory, size);
        bytes += size.bytes;
      } catch (IOException e) {
        throw new StorageException(directory, "cannot be read: " + e, e);
      }
    }
    return bytes;
  }

  @Override
  public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
    add(attributes);
    return FileVisitResult.CONTINUE;
  }

  @Override
  public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
    Object key = attributes.fileKey();
    if (key == null || seen.add(key)) {
      add(attributes);
    }
    return FileVisitResult.CONTINUE;
  }

  /** It went meanwhile, or may not be read. */
  @Override
  public FileVisitResult visitFileFailed(Path file, IOException failure) {
    return FileVisitResult.CONTINUE;
  }

  @Override
  public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure) {
    return FileVisitResult.CONTINUE;
  }

  private void add(BasicFileAttributes attributes) {
    // A short symbolic link and an empty file take no block.
    long size = attributes.isSymbolicLink() ? 0 : attributes.size();
    bytes += (size + block - 1) / block * block;
  }
}
