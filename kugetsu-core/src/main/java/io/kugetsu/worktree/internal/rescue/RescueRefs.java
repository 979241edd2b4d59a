package io.kugetsu.worktree.internal.rescue;

import io.kugetsu.worktree.Rescue;
import io.kugetsu.worktree.internal.git.Git;
import io.kugetsu.worktree.internal.git.GitCommand;
import io.kugetsu.worktree.internal.git.GitResult;
import io.kugetsu.worktree.internal.registry.BaseCommit;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The refs of rescues. They are written and deleted without the repository's hooks, which are about
 * the work of people.
 */
public record RescueRefs(Git git, Path common) {
  private static final String PREFIX = "refs/kugetsu/rescue/";
  private static final String NO_HOOKS = "core.hooksPath=/dev/null";
  private static final String EXISTS = "reference already exists";
  private static final int FIELDS = 4;
  private static final int MOST = 1_000_000;

  /** A name that nobody has used as far as can be seen. */
  public String free(String name) {
    List<String> used = new ArrayList<>();
    git.runRetrying(
            GitCommand.onRepository(
                    common, "for-each-ref", "--format=%(refname)", PREFIX + name + "-*")
                .each('\n', used::add))
        .orThrow();
    for (int n = 1; n < MOST; n++) {
      if (!used.contains(PREFIX + name + "-" + n)) {
        return PREFIX + name + "-" + n;
      }
    }
    throw new IllegalStateException("too many rescues of " + name);
  }

  /**
   * Makes a ref that is not there.
   *
   * @return whether it was not
   */
  public boolean create(String ref, String commit) {
    GitResult result =
        git.runRetrying(
            GitCommand.onRepository(
                common,
                "-c",
                NO_HOOKS,
                "update-ref",
                "-m",
                "kugetsu: rescue",
                ref,
                commit,
                "0".repeat(commit.length())));
    if (result.err().contains(EXISTS)) {
      return false;
    }
    result.orThrow();
    return true;
  }

  /**
   * Deletes a ref that stands at a commit.
   *
   * @return whether it did
   */
  public boolean delete(String ref, String commit) {
    if (!ref.startsWith(PREFIX) || !BaseCommit.isId(commit)) {
      return false;
    }
    GitResult result =
        git.runRetrying(
            GitCommand.onRepository(common, "-c", NO_HOOKS, "update-ref", "-d", ref, commit));
    if (!result.ok() && list().stream().noneMatch(rescue -> rescue.ref().equals(ref))) {
      return false;
    }
    if (!result.ok() && result.err().contains("but expected")) {
      return false;
    }
    result.orThrow();
    return true;
  }

  /** Deletes one when another of the same name holds the very same. */
  public void deleteIfTwice(Rescue rescue) {
    String held = held(rescue);
    boolean twice =
        list().stream()
            .filter(other -> other.name().equals(rescue.name()))
            .filter(other -> !other.ref().equals(rescue.ref()))
            .anyMatch(other -> held(other).equals(held));
    if (twice) {
      delete(rescue.ref(), rescue.commit());
    }
  }

  /** Names all that it holds: files, modes, and what git kept. */
  private String held(Rescue rescue) {
    return git.runRetrying(
            GitCommand.onRepository(common, "rev-parse", "--verify", rescue.commit() + "^{tree}"))
        .orThrow()
        .line();
  }

  /** Whether it is there as it was made, which others may have changed. */
  public boolean has(Rescue rescue) {
    return list().contains(rescue);
  }

  /** All of them, the newest first. */
  public List<Rescue> list() {
    List<Rescue> rescues = new ArrayList<>();
    git.runRetrying(
            GitCommand.onRepository(
                    common,
                    "for-each-ref",
                    "--format=%(objectname) %(committerdate:unix) %(refname) %(contents)%00",
                    PREFIX)
                .each('\0', record -> add(record, rescues)))
        .orThrow();
    rescues.sort(Comparator.comparing(Rescue::at).reversed().thenComparing(Rescue::ref));
    return List.copyOf(rescues);
  }

  private static void add(String record, List<Rescue> rescues) {
    String[] fields = record.stripLeading().split(" ", FIELDS);
    if (fields.length == FIELDS && !fields[1].isEmpty()) {
      Instant at = Instant.ofEpochSecond(Long.parseLong(fields[1]));
      RescueInfo.parse(fields[2], fields[0], fields[3], at).ifPresent(rescues::add);
    }
  }
}
