package io.kugetsu.worktree.internal.registry;

import io.kugetsu.internal.DiskSteps;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is remembered of a worktree: how it was made. It is a file in the entry that git keeps for
 * the worktree, so it goes when the entry goes, whoever removes that, and two roots cannot collide.
 * A setting would need the lock on the configuration that every other git wants too; a ref would be
 * pushed by a mirror and shown by every listing, and would have to be cleaned up.
 *
 * @param name the worktree's name
 * @param branch the branch made for it
 * @param base the full id of the commit that the branch started at
 * @param branchMade whether the branch was made together with the worktree; only such a one may
 *     ever be deleted with it
 */
public record TreeRecord(String name, String branch, String base, boolean branchMade) {
  private static final Logger LOG = LoggerFactory.getLogger(TreeRecord.class);
  private static final String FILE = "kugetsu";
  private static final String DRAFT = FILE + ".new";
  private static final String VERSION = "1";

  /** Whether the worktree of an entry is complete, so that somebody may have been given it. */
  public static boolean isIn(Path entry) {
    return Files.exists(entry.resolve(FILE));
  }

  /** Writes the record, once the worktree is complete, so that a reader finds all of it or none. */
  public void write(Path entry) throws IOException {
    Path draft = entry.resolve(DRAFT);
    DiskSteps.write(
        draft,
        "version "
            + VERSION
            + "\nname "
            + name
            + "\nbranch "
            + branch
            + "\nbase "
            + base
            + "\nmade "
            + branchMade
            + "\n");
    DiskSteps.rename(draft, entry.resolve(FILE));
  }

  /** Takes away what was left of a record that was not written to its end. */
  public static void clear(Path entry) throws IOException {
    DiskSteps.delete(entry.resolve(DRAFT));
  }

  /** The record in an entry; empty when the entry is not of our making, or nobody can tell. */
  public static Optional<TreeRecord> read(Path entry) {
    Path file = entry.resolve(FILE);
    try {
      if (!Files.exists(file)) {
        return Optional.empty();
      }
      Map<String, String> values = new HashMap<>();
      for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
        int space = line.indexOf(' ');
        if (space > 0) {
          values.put(line.substring(0, space), line.substring(space + 1));
        }
      }
      String name = values.get("name");
      String branch = values.get("branch");
      String base = values.get("base");
      if (VERSION.equals(values.get("version"))
          && name != null
          && Names.isValid(name)
          && branch != null
          && base != null
          && BaseCommit.isId(base)) {
        return Optional.of(
            new TreeRecord(name, branch, base, Boolean.parseBoolean(values.get("made"))));
      }
      LOG.warn("{} is damaged or of a newer version; its worktree is left alone", file);
    } catch (IOException e) {
      LOG.warn("{} cannot be read; its worktree is left alone", file, e);
    }
    return Optional.empty();
  }
}
