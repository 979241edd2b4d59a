package io.kugetsu.worktree.internal.registry;

import io.kugetsu.common.StorageException;
import io.kugetsu.worktree.Fingerprint;
import io.kugetsu.worktree.internal.git.Git;
import io.kugetsu.worktree.internal.git.GitCommand;
import io.kugetsu.worktree.internal.git.RawPath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Takes the fingerprint of a repository's main checkout. */
public record FingerprintProbe(Git git, Path common, Optional<CheckedOut> main) {
  private static final Set<Character> NAMED = Set.of('1', '2', 'u', '?');
  private static final int MOST_FILES = 5_000;
  private static final String MORE = "(and more)";

  /**
   * Takes it.
   *
   * @param except what below them is does not count
   */
  public Fingerprint take(List<Path> except) {
    Set<String> own = own();
    Map<String, String> refs = new HashMap<>();
    git.runRetrying(
            GitCommand.onRepository(
                    common,
                    "for-each-ref",
                    "--format=%(objectname) %(refname)",
                    "refs/heads",
                    "refs/tags")
                .each(
                    '\n',
                    line -> {
                      int space = line.indexOf(' ');
                      String ref = line.substring(space + 1);
                      if (!own.contains(ref)) {
                        refs.put(ref, line.substring(0, space));
                      }
                    }))
        .orThrow();
    Map<String, String> files = new HashMap<>();
    main.ifPresent(checkout -> files(checkout, except, files));
    return new Fingerprint(head(), own, refs, files);
  }

  private String head() {
    try {
      return Files.readString(common.resolve("HEAD"), StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      throw new StorageException(common, "has a HEAD that cannot be read: " + e, e);
    }
  }

  /** The branches that worktrees of ours were made for or are on now. */
  private Set<String> own() {
    Set<String> own = new HashSet<>();
    for (Entry entry : new Registry(common, Duration.ZERO).entries()) {
      Path tree = entry.tree();
      TreeRecord.read(entry.directory())
          .ifPresent(
              record -> {
                own.add("refs/heads/" + record.branch());
                if (tree != null) {
                  new CheckedOut(entry.directory(), tree, true).branch().ifPresent(own::add);
                }
              });
    }
    return own;
  }

  private void files(CheckedOut checkout, List<Path> except, Map<String, String> files) {
    git.runRetrying(
            checkout
                .status("--untracked-files=all")
                .each('\0', line -> file(checkout.top(), line, except, files)))
        .orThrow();
  }

  private static void file(Path top, String line, List<Path> except, Map<String, String> files) {
    if (!NAMED.contains(line.charAt(0))) {
      return;
    }
    String path = CheckedOut.statusPath(line);
    Path file = RawPath.in(top, RawPath.raw(path));
    // Only another repository or worktree is named as a directory; what is in it is its own affair.
    if (path.endsWith("/") || except.stream().anyMatch(file::startsWith)) {
      return;
    }
    if (files.size() >= MOST_FILES) {
      files.merge(MORE, "1", (many, one) -> String.valueOf(Integer.parseInt(many) + 1));
      return;
    }
    int end = line.length() - path.length() - 1;
    files.put(path, line.substring(0, end) + stamp(file));
  }

  private static String stamp(Path file) {
    try {
      BasicFileAttributes attributes =
          Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      return " " + attributes.size() + " " + attributes.lastModifiedTime();
    } catch (NoSuchFileException e) {
      return " gone";
    } catch (IOException e) {
      return " unreadable";
    }
  }
}
