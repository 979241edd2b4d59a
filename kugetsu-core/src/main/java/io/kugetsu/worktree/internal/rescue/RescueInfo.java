package io.kugetsu.worktree.internal.rescue;

import io.kugetsu.worktree.Rescue;
import io.kugetsu.worktree.internal.registry.BaseCommit;
import io.kugetsu.worktree.internal.registry.Names;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * What a rescue says of itself in the message of its commit.
 *
 * @param name the worktree's name
 * @param path where it was
 * @param madeBranch the branch that was made for it
 * @param branch the branch that was checked out
 * @param head the commit that was checked out
 * @param base its base
 * @param at when it was made
 */
record RescueInfo(
    String name,
    Path path,
    String madeBranch,
    Optional<String> branch,
    Optional<String> head,
    String base,
    Instant at) {
  Rescue rescue(String ref, String commit) {
    return new Rescue(ref, commit, name, path, madeBranch, branch, head, base, at);
  }

  /** The message. */
  String message() {
    StringBuilder text = new StringBuilder();
    text.append("kugetsu: what was rescued of worktree ").append(name).append("\n\n");
    text.append(
        "Its parents are "
            + (head.isPresent() ? "HEAD, " : "")
            + "the index, all files, and what else only the worktree led to.\n\n");
    line(text, "Name", name);
    line(text, "Path", path.toString());
    line(text, "Made-Branch", madeBranch);
    branch.ifPresent(value -> line(text, "Branch", value));
    head.ifPresent(value -> line(text, "Head", value));
    line(text, "Base", base);
    // Two that rescue the same at once must not take each other's commit for their own.
    line(text, "Id", UUID.randomUUID().toString());
    return text.toString();
  }

  private static void line(StringBuilder text, String key, String value) {
    text.append(key).append(": ").append(URLEncoder.encode(value, StandardCharsets.UTF_8));
    text.append('\n');
  }

  /** What a commit's message says; empty when it is not a rescue's. */
  static Optional<Rescue> parse(String ref, String commit, String message, Instant at) {
    Map<String, String> values = new HashMap<>();
    for (String line : message.split("\n")) {
      int colon = line.indexOf(": ");
      if (colon > 0) {
        values.put(
            line.substring(0, colon),
            URLDecoder.decode(line.substring(colon + 2), StandardCharsets.UTF_8));
      }
    }
    String name = values.get("Name");
    String path = values.get("Path");
    String made = values.get("Made-Branch");
    String base = values.get("Base");
    if (name == null
        || !Names.isValid(name)
        || path == null
        || made == null
        || base == null
        || !BaseCommit.isId(base)) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new Rescue(
              ref,
              commit,
              name,
              Path.of(path),
              made,
              Optional.ofNullable(values.get("Branch")),
              Optional.ofNullable(values.get("Head")),
              base,
              at));
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
  }
}
