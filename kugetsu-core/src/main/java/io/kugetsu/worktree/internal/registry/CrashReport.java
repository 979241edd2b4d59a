package io.kugetsu.worktree.internal.registry;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What {@code git fast-import} leaves in the repository when it fails. */
public final class CrashReport {
  private static final Logger LOG = LoggerFactory.getLogger(CrashReport.class);
  private static final Pattern NAME = Pattern.compile("fast_import_crash_[0-9]+");

  private CrashReport() {}

  /** Deletes the one that this failure left, if it did. */
  public static void delete(Path common, String errors) {
    Matcher name = NAME.matcher(errors);
    if (name.find()) {
      try {
        Files.deleteIfExists(common.resolve(name.group()));
      } catch (IOException e) {
        LOG.warn("{} was left in {}", name.group(), common, e);
      }
    }
  }
}
