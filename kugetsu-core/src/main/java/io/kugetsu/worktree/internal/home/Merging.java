package io.kugetsu.worktree.internal.home;

import io.kugetsu.worktree.Integration.Conflict;
import io.kugetsu.worktree.Integration.Reason;
import io.kugetsu.worktree.internal.git.Git;
import io.kugetsu.worktree.internal.git.GitCommand;
import io.kugetsu.worktree.internal.git.GitResult;
import io.kugetsu.worktree.internal.git.PathChunks;
import io.kugetsu.worktree.internal.registry.BaseCommit;
import io.kugetsu.worktree.internal.registry.Registry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Merges in the object store, with no checkout involved, so that none can be left in the middle of
 * it. The attributes are those of the target, as for its owner who has it checked out; merge
 * drivers are those of the configuration, and run in an empty directory.
 *
 * @param scratch a directory of our own
 * @param target the commit whose attributes count
 */
record Merging(Git git, Registry registry, Path scratch, String target) {
  private static final Pattern VERSION = Pattern.compile("git version (\\d+)\\.(\\d+).*");
  private static final int CONFLICTS = 1;
  private static final int[] NEEDED = {2, 38};

  /** To be called once, before the others. */
  static Merging prepared(Git git, Registry registry, Path scratch, String target)
      throws IOException, Stop {
    Matcher version =
        VERSION.matcher(
            git.run(GitCommand.onRepository(registry.common(), "version")).orThrow().line());
    if (version.matches()) {
      int major = Integer.parseInt(version.group(1));
      int minor = Integer.parseInt(version.group(2));
      if (major < NEEDED[0] || (major == NEEDED[0] && minor < NEEDED[1])) {
        throw new Stop(
            Reason.GIT_TOO_OLD,
            "this is " + version.group() + "; merging without a checkout needs 2.38 or later");
      }
    }
    Merging merging = new Merging(git, registry, scratch, target);
    merging.takeAttributes();
    return merging;
  }

  private Path files() {
    return scratch.resolve("files");
  }

  private GitCommand command(String... arguments) {
    List<String> all = new ArrayList<>(List.of("--git-dir=" + registry.common()));
    all.addAll(List.of(arguments));
    return GitCommand.in(files(), all.toArray(String[]::new))
        .with("GIT_WORK_TREE", files().toString())
        .with("GIT_INDEX_FILE", scratch.resolve("index").toString())
        .within(GitCommand.LONG);
  }

  /** Merging reads attributes from files, of which there are none here, or from an index. */
  private void takeAttributes() throws IOException {
    Files.createDirectories(files());
    List<String> attributes = new ArrayList<>();
    git.runRetrying(
            command("ls-tree", "-r", "-z", "--name-only", target)
                .each(
                    '\0',
                    path -> {
                      if (path.equals(".gitattributes") || path.endsWith("/.gitattributes")) {
                        attributes.add(path);
                      }
                    }))
        .orThrow();
    if (attributes.isEmpty()) {
      return;
    }
    git.run(command("read-tree", target)).orThrow();
    for (List<String> some : PathChunks.of(attributes)) {
      List<String> arguments = new ArrayList<>(List.of("checkout-index", "--force", "-q", "--"));
      arguments.addAll(some);
      git.run(command(arguments.toArray(String[]::new))).orThrow();
    }
  }

  /**
   * Merges two commits.
   *
   * @param what what to say of a conflict
   * @return the full id of the tree that comes out
   */
  String merge(String ours, String theirs, String what) throws Stop {
    GitResult result =
        git.run(
            command("merge-tree", "--write-tree", "-z", "--name-only", "--messages", ours, theirs));
    if (result.err().contains("unrelated histories")) {
      throw new Stop(
          Reason.UNRELATED_HISTORIES, what + ": the two have no commit in common to merge from");
    }
    List<String> parts = List.of(result.out().split("\0", -1));
    if (result.exitCode() == CONFLICTS && BaseCommit.isId(parts.get(0))) {
      throw Stop.conflicts(what + " conflicts", conflicts(parts));
    }
    result.orThrow();
    return parts.get(0);
  }

  /** Behind the tree and the paths come messages: how many paths, the paths, a kind, a text. */
  private static List<Conflict> conflicts(List<String> parts) {
    List<Conflict> conflicts = new ArrayList<>();
    int at = parts.indexOf("") + 1;
    while (at > 0 && at < parts.size() && !parts.get(at).isBlank()) {
      int paths = Integer.parseInt(parts.get(at).strip());
      int kind = at + 1 + paths;
      if (kind + 1 >= parts.size()) {
        break;
      }
      if (parts.get(kind).startsWith("CONFLICT")) {
        conflicts.add(
            new Conflict(
                parts.subList(at + 1, kind), parts.get(kind), parts.get(kind + 1).strip()));
      }
      at = kind + 2;
    }
    return conflicts;
  }

  /**
   * Makes a commit.
   *
   * @param author variables that say who wrote it; without them it is who commits
   * @param sign whether it is to be signed
   */
  String commit(
      String tree, List<String> parents, String message, Map<String, String> author, boolean sign)
      throws IOException, Stop {
    Path text = scratch.resolve("message");
    Files.writeString(text, message, StandardCharsets.UTF_8);
    List<String> arguments =
        new ArrayList<>(List.of("-c", "i18n.commitEncoding=UTF-8", "commit-tree"));
    if (sign) {
      arguments.add("-S");
    }
    parents.forEach(parent -> arguments.addAll(List.of("-p", parent)));
    arguments.addAll(List.of("-F", text.toString(), tree));
    GitCommand command =
        GitCommand.onRepository(registry.common(), arguments.toArray(String[]::new));
    for (Map.Entry<String, String> variable : author.entrySet()) {
      command = command.with(variable.getKey(), variable.getValue());
    }
    GitResult result = git.run(command);
    if (result.ok() && BaseCommit.isId(result.line())) {
      return result.line();
    }
    if (result.err().contains("empty ident") || result.err().contains("tell me who you are")) {
      throw new Stop(
          Reason.NO_IDENTITY,
          "git does not know who commits; set user.name and user.email: " + result.err().strip());
    }
    if (sign && result.err().contains("failed to sign")) {
      throw new Stop(
          Reason.SIGNING_FAILED,
          "commit.gpgSign is set and the commit could not be signed: " + result.err().strip());
    }
    throw result.failure();
  }
}
