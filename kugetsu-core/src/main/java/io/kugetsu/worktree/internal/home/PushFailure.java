package io.kugetsu.worktree.internal.home;

import io.kugetsu.worktree.PushRequest;
import io.kugetsu.worktree.PushResult.Reason;
import io.kugetsu.worktree.PushResult.Refused;
import io.kugetsu.worktree.internal.git.GitResult;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What git says when it did not get as far as to hear of a branch. The first that fits counts: what
 * is wrong here is said before, and then git says the rest too.
 *
 * @param said by git
 * @param text for people
 */
record PushFailure(Pattern said, Reason reason, String text) {
  private static final Pattern BY_GIT =
      Pattern.compile("^(fatal|send-pack|error: RPC failed|remote):?", Pattern.MULTILINE);

  private static final List<PushFailure> ALL =
      List.of(
          of(
              "'remote-[^']*' is not a git command",
              Reason.UNUSABLE_REMOTE,
              "git knows no such protocol; see the url and pushurl of the remote and"
                  + " url.<base>.insteadOf"),
          of(
              "no path specified|strange (pathname|hostname|port)|bad/illegal format|invalid refspec",
              Reason.UNUSABLE_REMOTE,
              "the address of the remote is none"),
          of(
              "unknown value for config|bad config (variable|value|line)",
              Reason.UNUSABLE_REMOTE,
              "the settings of git are not valid"),
          of(
              "transport '[^']*' not allowed",
              Reason.PROTOCOL_FORBIDDEN,
              "the settings here (protocol.allow) forbid this kind of address"),
          of(
              "receiving end does not support",
              Reason.REJECTED,
              "the settings here ask for something that the remote cannot do"),
          of(
              "could not read (Username|Password)|Authentication failed|terminal prompts disabled"
                  + "|Permission denied|Host key verification failed|returned error: 40[13]",
              Reason.AUTHENTICATION_NEEDED,
              "the remote wants to know who it is, and nobody can be asked; set up a credential"
                  + " helper or a key"),
          of(
              "unable to access|Could not read from remote repository"
                  + "|does not appear to be a git repository|unable to connect|unable to look up"
                  + "|repository '[^\\n]*' not found|remote end hung up|early EOF",
              Reason.UNREACHABLE,
              "the remote cannot be reached"),
          of(
              "^fatal: (cannot run|unable to fork)",
              Reason.UNREACHABLE,
              "what leads to the remote cannot be run"));

  private static PushFailure of(String said, Reason reason, String text) {
    return new PushFailure(Pattern.compile(said, Pattern.MULTILINE), reason, text);
  }

  /** The refusal for a push that failed; empty when nobody knows of what. */
  static Optional<Refused> refusal(GitResult result, PushRequest request) {
    String error = result.err();
    boolean byHook = result.exitCode() == 1 && error.contains("failed to push some refs");
    if (byHook && !BY_GIT.matcher(error).find()) {
      return Optional.of(hook(result)); // whatever the hook itself said
    }
    // A remote without any address is taken for a directory of its name.
    if (error.contains("'" + request.remote() + "' does not appear to be a git repository")) {
      return Optional.of(
          new Refused(Reason.UNUSABLE_REMOTE, "the remote has no address" + said(result)));
    }
    for (PushFailure each : ALL) {
      if (each.said().matcher(error).find()) {
        return Optional.of(new Refused(each.reason(), each.text() + said(result)));
      }
    }
    return byHook ? Optional.of(hook(result)) : Optional.empty();
  }

  private static Refused hook(GitResult result) {
    return new Refused(
        Reason.HOOK_FAILED, "the repository's hook 'pre-push' forbids it" + said(result));
  }

  static String said(GitResult result) {
    return result.err().isBlank() ? "" : ": " + result.err().strip();
  }
}
