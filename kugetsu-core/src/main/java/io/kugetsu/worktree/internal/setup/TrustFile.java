package io.kugetsu.worktree.internal.setup;

import io.kugetsu.internal.AtomicFiles;
import io.kugetsu.internal.FileLocks;
import io.kugetsu.internal.LockFile;
import io.kugetsu.worktree.SetUpFile;
import io.kugetsu.worktree.SetUpTrust;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What is trusted, as lines of a file: the hash, and the repository as an address, in which no line
 * end can be. The same commands in another repository run another repository's scripts, so the hash
 * alone would trust too much.
 */
public final class TrustFile implements SetUpTrust.Remembered {
  private static final Duration LOCK_WAIT = Duration.ofSeconds(30);

  private final Path file;

  /**
   * Names the file; nothing is read or made.
   *
   * @param file the file
   */
  public TrustFile(Path file) {
    this.file = file.toAbsolutePath();
  }

  @Override
  public boolean isTrusted(SetUpFile asked) {
    return lines().contains(line(asked));
  }

  @Override
  public void trust(SetUpFile trusted) {
    change(lines -> lines.add(line(trusted)));
  }

  @Override
  public boolean distrust(SetUpFile trusted) {
    return change(lines -> lines.remove(line(trusted)));
  }

  private boolean change(Change change) {
    Path directory = Objects.requireNonNull(file.getParent(), "a file is in a directory");
    AtomicFiles.createDirectories(directory);
    Path lock = directory.resolve(file.getFileName() + ".lock");
    try (LockFile.Held ignored = FileLocks.of(lock).lock(LOCK_WAIT)) {
      Set<String> lines = lines();
      boolean changed = change.apply(lines);
      if (changed) {
        String text = lines.isEmpty() ? "" : String.join("\n", lines) + "\n";
        AtomicFiles.write(file, text.getBytes(StandardCharsets.UTF_8));
      }
      return changed;
    }
  }

  private Set<String> lines() {
    Optional<byte[]> bytes = AtomicFiles.read(file);
    Set<String> lines = new TreeSet<>();
    bytes.ifPresent(text -> new String(text, StandardCharsets.UTF_8).lines().forEach(lines::add));
    return lines;
  }

  private static String line(SetUpFile file) {
    return file.sha256() + " " + file.repository().toUri().toASCIIString();
  }

  private interface Change {
    boolean apply(Set<String> lines);
  }
}
