package io.kugetsu.worktree.internal.registry;

import io.kugetsu.worktree.internal.git.Git;
import io.kugetsu.worktree.internal.git.GitCommand;
import io.kugetsu.worktree.internal.git.GitResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** All the checkouts of a repository, read from git's files. */
public record Checkouts(Git git, Registry registry) {
  private static final String LINK = ".git";
  private static final Set<String> TRUE = Set.of("true", "yes", "on", "1");
  private static final int NOTHING_SET = 1;

  /** The main one; empty in a bare repository. */
  public Optional<CheckedOut> main() {
    Path common = registry.common();
    Map<String, String> settings = new HashMap<>();
    GitResult read =
        git.runRetrying(
            GitCommand.onRepository(
                    common, "config", "--null", "--get-regexp", "^core\\.(bare|worktree)$")
                .each(
                    '\0',
                    setting -> {
                      String[] parts = setting.split("\n", 2);
                      settings.put(parts[0], parts.length > 1 ? parts[1] : "true");
                    }));
    if (read.exitCode() != NOTHING_SET) {
      read.orThrow();
    }
    String elsewhere = settings.get("core.worktree");
    Path parent = common.getParent();
    if (TRUE.contains(settings.getOrDefault("core.bare", "false").toLowerCase(Locale.ROOT))) {
      return Optional.empty();
    }
    if (elsewhere != null) {
      return Optional.of(new CheckedOut(common, common.resolve(elsewhere).normalize(), false))
          .filter(checkout -> Files.isDirectory(checkout.top()));
    }
    return parent != null && isOf(parent, common)
        ? Optional.of(new CheckedOut(common, parent, false))
        : Optional.empty();
  }

  private static boolean isOf(Path top, Path common) {
    try {
      return Files.isDirectory(top.resolve(LINK)) && Files.isSameFile(top.resolve(LINK), common);
    } catch (IOException e) {
      return false;
    }
  }

  /** All that a branch is checked out in or that are at work on it. */
  public List<CheckedOut> using(String ref) {
    List<CheckedOut> all = new ArrayList<>();
    main().ifPresent(all::add);
    for (Entry entry : registry.entries()) {
      Path tree = entry.tree();
      if (tree != null) {
        boolean ours = TreeRecord.read(entry.directory()).isPresent();
        all.add(new CheckedOut(entry.directory(), tree, ours));
      }
    }
    return all.stream()
        .filter(each -> each.branch().filter(ref::equals).isPresent() || each.isBusyWith(ref))
        .toList();
  }
}
