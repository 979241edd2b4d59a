package io.kugetsu.worktree.internal.home;

import io.kugetsu.worktree.Integration.Reason;
import io.kugetsu.worktree.IntegrationRequest;
import io.kugetsu.worktree.internal.git.Commits;
import io.kugetsu.worktree.internal.git.Git;
import io.kugetsu.worktree.internal.git.GitCommand;
import io.kugetsu.worktree.internal.git.GitResult;
import io.kugetsu.worktree.internal.registry.CheckedOut;
import io.kugetsu.worktree.internal.registry.Names;
import io.kugetsu.worktree.internal.registry.Registry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Makes the commit that a target branch is to stand at. Only objects are written: until the branch
 * moves nothing leads to them, and git throws them away some day.
 *
 * @param place where the target is checked out, or else the main checkout; hooks run there
 * @param scratch a directory of our own
 */
record HomeCommit(
    Git git, Registry registry, Commits commits, Optional<CheckedOut> place, Path scratch) {
  private static final List<String> UNSAID = List.of("main", "master");

  /**
   * What the target would stand at.
   *
   * @param after the commit; that of before when there is nothing to do, and in a dry run whatever
   *     has the files
   * @param commits how many commits come to the target
   */
  record Built(String after, int commits) {}

  Built build(Source source, String head, String before, IntegrationRequest request)
      throws IOException, Stop {
    if (commits.isAncestor(head, before)) {
      return new Built(before, 0);
    }
    boolean forward = commits.isAncestor(before, head);
    return switch (request.method()) {
      case FAST_FORWARD -> {
        if (!forward) {
          throw new Stop(
              Reason.NOT_FAST_FORWARD,
              "'"
                  + request.target()
                  + "' has commits that '"
                  + source.name()
                  + "' has not; merge, squash or rebase instead");
        }
        yield new Built(head, commits.count(head, before));
      }
      case MERGE, SQUASH -> merged(source, head, before, request, forward);
      case REBASE ->
          forward && commits.count(head, before, "--merges") == 0
              ? new Built(head, commits.count(head, before))
              : replayed(source, head, before, request.dryRun());
    };
  }

  private Built merged(
      Source source, String head, String before, IntegrationRequest request, boolean forward)
      throws IOException, Stop {
    boolean squash = request.method() == IntegrationRequest.Method.SQUASH;
    Merging merging = Merging.prepared(git, registry, scratch, before);
    String what = "merging '" + source.name() + "' into '" + request.target() + "'";
    String tree = forward ? commits.tree(head) : merging.merge(before, head, what);
    if (squash && tree.equals(commits.tree(before))) {
      return new Built(before, 0);
    }
    int count = squash ? 1 : commits.count(head, before) + 1;
    if (request.dryRun()) {
      return new Built(tree, count);
    }
    String text =
        request
            .message()
            .orElseGet(
                () ->
                    squash
                        ? squashMessage(source, head, before)
                        : mergeMessage(source, request.target()));
    String checked = checked(text.stripTrailing() + "\n");
    List<String> parents = squash ? List.of(before) : List.of(before, head);
    return new Built(merging.commit(tree, parents, checked, Map.of(), signs()), count);
  }

  private static String mergeMessage(Source source, String target) {
    String from =
        source.branch().isPresent() ? "branch '" + source.name() + "'" : "work in " + source.name();
    return "Merge " + from + (UNSAID.contains(target) ? "" : " into " + target);
  }

  private String squashMessage(Source source, String head, String before) {
    if (commits.count(head, before) == 1) {
      return commits.message(head);
    }
    StringBuilder text = new StringBuilder("Squash '" + source.name() + "'\n\n");
    commits.subjects(head, before).forEach(line -> text.append("* ").append(line).append('\n'));
    return text.toString();
  }

  /** Lets the repository's {@code commit-msg} look at a message, as git's own merge does. */
  private String checked(String message) throws IOException, Stop {
    Path file = scratch.resolve("COMMIT_EDITMSG");
    Files.writeString(file, message, StandardCharsets.UTF_8);
    GitResult hook =
        git.run(hookCommand("commit-msg", "--", file.toString()).within(GitCommand.LONG));
    if (!hook.ok()) {
      throw new Stop(
          Reason.HOOK_FAILED,
          "the repository's hook 'commit-msg' ended with exit code "
              + hook.exitCode()
              + ": "
              + hook.err().strip());
    }
    String text = Files.readString(file, StandardCharsets.UTF_8);
    if (text.isBlank()) {
      throw new Stop(
          Reason.HOOK_FAILED, "the repository's hook 'commit-msg' has emptied the message");
    }
    return text;
  }

  private GitCommand hookCommand(String... arguments) throws IOException {
    return place.isPresent()
        ? place.get().hook(arguments)
        : CheckedOut.hookWithout(registry.common(), arguments);
  }

  /** Whether its owner has every commit signed; the commands used here do not ask for it. */
  private boolean signs() {
    return git.runRetrying(
            GitCommand.onRepository(
                registry.common(), "config", "--type=bool", "--get", "commit.gpgSign"))
        .line()
        .equals("true");
  }

  private Built replayed(Source source, String head, String before, boolean dryRun)
      throws IOException, Stop {
    Merging merging = Merging.prepared(git, registry, scratch, before);
    boolean sign = !dryRun && signs();
    String current = before;
    String files = commits.tree(before);
    int count = 0;
    for (Commits.Commit commit : commits.toReplay(head, before)) {
      List<String> parents = commit.parent().isEmpty() ? List.of() : List.of(commit.parent());
      // This stands in for where we are, and has the commit's own parent; so what git takes as the
      // base of the merge is that parent, and what is merged is just this commit's change.
      String standIn = merging.commit(files, parents, "stand-in\n", Map.of(), false);
      String what =
          "replaying " + commit.id() + " of '" + source.name() + "' (" + subject(commit) + ")";
      String next = merging.merge(standIn, commit.id(), what);
      boolean adds = !next.equals(files);
      if (adds || isEmpty(commit)) {
        Map<String, String> author =
            Map.of(
                "GIT_AUTHOR_NAME", commit.author(),
                "GIT_AUTHOR_EMAIL", commit.address(),
                "GIT_AUTHOR_DATE", commit.date());
        current = merging.commit(next, List.of(current), commit.message(), author, sign);
        files = next;
        count++;
      }
    }
    return new Built(current, count);
  }

  /** It was meant to change nothing; what becomes so only here is left out, as git does it. */
  private boolean isEmpty(Commits.Commit commit) {
    return !commit.parent().isEmpty() && commits.tree(commit.parent()).equals(commit.tree());
  }

  private static String subject(Commits.Commit commit) {
    return Names.excerpt(commit.message().lines().findFirst().orElse(""));
  }
}
