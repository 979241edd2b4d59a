package io.kugetsu.worktree.internal.home;

import io.kugetsu.worktree.BaseRef;
import io.kugetsu.worktree.Creation;
import io.kugetsu.worktree.GitException;
import io.kugetsu.worktree.PushRequest;
import io.kugetsu.worktree.PushResult;
import io.kugetsu.worktree.PushResult.Pushed;
import io.kugetsu.worktree.PushResult.Reason;
import io.kugetsu.worktree.PushResult.Refused;
import io.kugetsu.worktree.Worktree;
import io.kugetsu.worktree.internal.git.Git;
import io.kugetsu.worktree.internal.git.GitCommand;
import io.kugetsu.worktree.internal.git.GitResult;
import io.kugetsu.worktree.internal.registry.BaseCommit;
import io.kugetsu.worktree.internal.registry.BranchRules;
import io.kugetsu.worktree.internal.registry.CheckedOut;
import io.kugetsu.worktree.internal.registry.Names;
import io.kugetsu.worktree.internal.registry.Registry;
import io.kugetsu.worktree.internal.registry.Standing;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Pushes one commit to one branch. Settings that would push more, other branches, tags or
 * submodules, do not count; credentials are asked of the owner's helpers, never of a person.
 */
public record TreePush(Git git, Registry registry) {
  private static final String BRANCHES = "refs/heads/";
  private static final Pattern PLAIN_SSH = Pattern.compile("(\\S*/)?ssh( .*)?");

  public PushResult push(Worktree worktree, PushRequest request) {
    Path common = registry.common();
    Standing.of(registry, worktree);
    Optional<String> head =
        new BaseCommit(git, worktree.path()).of(BaseRef.head(), Optional.empty());
    if (head.isEmpty()) {
      return new Refused(Reason.NO_COMMITS, "the worktree has no commit yet");
    }
    Optional<String> branch = request.branch().or(() -> checkedOut(worktree));
    if (branch.isEmpty()) {
      return new Refused(
          Reason.INVALID_BRANCH, "no branch is checked out in the worktree; name one to push to");
    }
    Optional<Creation.Refused> invalid = new BranchRules(git, common).form(branch.get());
    if (invalid.isPresent()) {
      return new Refused(Reason.INVALID_BRANCH, invalid.get().text());
    }
    GitResult remotes = git.runRetrying(GitCommand.onRepository(common, "remote"));
    if (!remotes.ok()) {
      return PushFailure.refusal(remotes, request).orElseThrow(remotes::failure);
    }
    boolean known = remotes.out().lines().anyMatch(request.remote()::equals);
    if (!known) {
      return new Refused(
          Reason.NO_REMOTE,
          "there is no remote '" + Names.excerpt(request.remote()) + "'; 'git remote add' it");
    }
    try {
      return result(
          git.run(command(request, head.get(), branch.get())), request, head.get(), branch.get());
    } catch (GitException e) {
      if (e.exitCode() == -1 && !Thread.currentThread().isInterrupted()) {
        return new Refused(Reason.TIMED_OUT, String.valueOf(e.getMessage()));
      }
      throw e;
    }
  }

  private Optional<String> checkedOut(Worktree worktree) {
    return registry
        .at(worktree.path())
        .flatMap(entry -> new CheckedOut(entry.directory(), worktree.path(), true).branch())
        .filter(ref -> ref.startsWith(BRANCHES))
        .map(ref -> ref.substring(BRANCHES.length()));
  }

  private GitCommand command(PushRequest request, String head, String branch) {
    String ref = BRANCHES + branch;
    List<String> arguments = new ArrayList<>();
    if (request.remote().indexOf('=') < 0) {
      arguments.addAll(List.of("-c", "remote." + request.remote() + ".mirror=false"));
    }
    arguments.addAll(
        List.of(
            "push", "--porcelain", "--no-progress", "--no-follow-tags", "--no-recurse-submodules"));
    request.expected().ifPresent(id -> arguments.add("--force-with-lease=" + ref + ":" + id));
    arguments.addAll(List.of("--", request.remote(), head + ":" + ref));
    return GitCommand.onRepository(registry.common(), arguments.toArray(String[]::new))
        .with(unattended())
        .within(request.limit());
  }

  /** Nobody is there to be asked; a terminal that the host has is not ours to use. */
  private Map<String, String> unattended() {
    Map<String, String> variables = new HashMap<>();
    variables.put("GIT_ASKPASS", "");
    variables.put("SSH_ASKPASS_REQUIRE", "never");
    variables.put("GCM_INTERACTIVE", "never");
    String ssh = ssh();
    if (PLAIN_SSH.matcher(ssh).matches()) {
      variables.put("GIT_SSH_COMMAND", ssh + " -oBatchMode=yes");
    }
    return variables;
  }

  /** What git would run, in its own order; of another program than ssh nothing is known. */
  private String ssh() {
    String command = git.variable("GIT_SSH_COMMAND");
    if (!command.isEmpty()) {
      return command;
    }
    return git.variable("GIT_SSH").isEmpty() ? configured().orElse("ssh") : "";
  }

  private Optional<String> configured() {
    GitResult setting =
        git.runRetrying(
            GitCommand.onRepository(registry.common(), "config", "--get", "core.sshCommand"));
    return setting.ok() ? Optional.of(setting.line()) : Optional.empty();
  }

  private static PushResult result(
      GitResult result, PushRequest request, String head, String branch) {
    List<String[]> refs =
        result
            .out()
            .lines()
            .map(line -> line.split("\t"))
            .filter(line -> line.length == 3)
            .toList();
    for (String[] ref : refs) {
      if (ref[0].equals("!")) {
        return new Refused(reason(ref[2]), ref[2] + PushFailure.said(result));
      }
    }
    if (result.ok()) {
      boolean upToDate = !refs.isEmpty() && refs.stream().allMatch(ref -> ref[0].equals("="));
      return new Pushed(request.remote(), branch, head, upToDate);
    }
    return PushFailure.refusal(result, request).orElseThrow(result::failure);
  }

  private static Reason reason(String summary) {
    if (summary.contains("(stale info)")) {
      return Reason.STALE;
    }
    return summary.startsWith("[rejected]") ? Reason.NOT_FAST_FORWARD : Reason.REJECTED;
  }
}
