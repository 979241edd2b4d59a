package io.kugetsu.worktree.internal.work;

import io.kugetsu.worktree.Obstacle.Kind;
import io.kugetsu.worktree.internal.git.Git;
import io.kugetsu.worktree.internal.git.GitCommand;
import io.kugetsu.worktree.internal.registry.BaseCommit;
import io.kugetsu.worktree.internal.registry.Entry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Finds the commits that nothing would lead to any more once a worktree's entry is gone: neither a
 * ref nor the reflog of one that stays.
 */
public final class LostCommits {
  private static final String OWN_REFS = "refs";
  private static final String BRANCH_LOGS = "logs/refs/heads";
  // What git notes of what it replaces by something else, as it does in a log.
  private static final Set<String> REPLACED = Set.of("ORIG_HEAD", "REBASE_HEAD");
  private static final Pattern REF_NAME = Pattern.compile("[A-Z][A-Z0-9_]*");
  // HEAD is looked at by itself, and what was fetched or merged by git is not somebody's work.
  private static final Set<String> NO_OWN_REF = Set.of("HEAD", "FETCH_HEAD", "AUTO_MERGE");
  // A rescue does not count: once it is restored, somebody may well give it up.
  private static final List<String> ALL = List.of("--exclude=refs/kugetsu/*", "--all");

  private final Git git;
  private final Path common;
  private final Entry entry;
  private final Optional<String> branch;
  private final Optional<String> head;

  LostCommits(Git git, Path common, Entry entry, Optional<String> branch, Optional<String> head) {
    this.git = git;
    this.common = common;
    this.entry = entry;
    this.branch = branch;
    this.head = head;
  }

  /**
   * Looks for them.
   *
   * @return the last ones, from which all others can be reached
   */
  List<String> look(Tally tally) throws IOException {
    Set<String> named = ownRefs(tally);
    if (branch.isEmpty()) {
      head.ifPresent(named::add);
    }
    Set<String> remembered = logged(entry.directory().resolve("logs/HEAD"));
    for (String replaced : REPLACED) {
      replaced(replaced).ifPresent(remembered::add);
    }
    remembered.removeAll(named);
    head.filter(id -> branch.isPresent()).ifPresent(remembered::remove);
    if (named.isEmpty()) {
      // The usual case: all that was ever checked out here is in the branch's own log.
      branch.ifPresent(
          name -> remembered.removeAll(logged(common.resolve(BRANCH_LOGS).resolve(name))));
    }
    if (named.isEmpty() && remembered.isEmpty()) {
      return List.of();
    }
    // A ref keeps its commits for ever, the log of a branch for a month only.
    Found lost = count(git, common, named, ALL);
    lost.tell(tally, Kind.DETACHED_COMMITS);
    Set<String> starts = new LinkedHashSet<>(remembered);
    starts.removeAll(lost.commits());
    List<String> allAndLogs = Stream.concat(ALL.stream(), Stream.of("--reflog")).toList();
    Found forgotten = count(git, common, starts, allAndLogs).without(lost);
    forgotten.tell(tally, Kind.REFLOG_COMMITS);
    return Stream.concat(lost.tips().stream(), forgotten.tips().stream()).toList();
  }

  /**
   * Finds the commits that only the log of a branch leads to, which goes with the branch.
   *
   * @return the last ones, from which all others can be reached
   */
  public static List<String> onlyLogged(Git git, Path common, String branch) {
    return count(git, common, logged(common.resolve(BRANCH_LOGS).resolve(branch)), ALL).tips();
  }

  /** All commits that only these lead to. */
  private static Found count(Git git, Path common, Set<String> starts, List<String> staying) {
    Set<String> commits = new LinkedHashSet<>();
    Set<String> parents = new HashSet<>();
    if (starts.isEmpty()) {
      return new Found(commits, parents);
    }
    // Seen from the repository, so that what only this worktree has does not count as staying.
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "rev-list",
                "--parents",
                "--ignore-missing",
                "--single-worktree",
                "--stdin",
                "--not"));
    arguments.addAll(staying);
    byte[] ids = (String.join("\n", starts) + "\n").getBytes(StandardCharsets.US_ASCII);
    git.runRetrying(
            GitCommand.onRepository(common, arguments.toArray(String[]::new))
                .within(GitCommand.LONG)
                .reading(stream -> stream.write(ids))
                .each(
                    '\n',
                    line -> {
                      List<String> words = List.of(line.split(" "));
                      commits.add(words.get(0));
                      parents.addAll(words.subList(1, words.size()));
                    }))
        .orThrow();
    return new Found(commits, parents);
  }

  /** What the refs stand at that git keeps in the entry, for this worktree alone. */
  private Set<String> ownRefs(Tally tally) throws IOException {
    List<Path> all = new ArrayList<>();
    try (Stream<Path> files = Files.list(entry.directory())) {
      files
          .filter(file -> REF_NAME.matcher(String.valueOf(file.getFileName())).matches())
          .filter(file -> !NO_OWN_REF.contains(String.valueOf(file.getFileName())))
          .filter(file -> !REPLACED.contains(String.valueOf(file.getFileName())))
          .filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
          .forEach(all::add);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    Set<String> ids = new LinkedHashSet<>();
    for (Path file : all) {
      // Messages that are being written have such names too.
      String text = Files.readString(file, StandardCharsets.ISO_8859_1).strip();
      if (BaseCommit.isId(text)) {
        ids.add(text);
      }
    }
    Path refs = entry.directory().resolve(OWN_REFS);
    if (Files.isDirectory(refs)) {
      try (Stream<Path> files = Files.walk(refs)) {
        for (Path file : files.filter(path -> !Files.isDirectory(path)).toList()) {
          String text = Files.readString(file, StandardCharsets.ISO_8859_1).strip();
          if (BaseCommit.isId(text)) {
            ids.add(text);
          } else if (!text.startsWith("ref: ")) {
            throw new IOException(file + " is damaged");
          }
        }
      } catch (UncheckedIOException e) {
        throw e.getCause();
      }
    }
    if (!ids.isEmpty()) {
      onlyCommits(ids, tally);
    }
    return ids;
  }

  /** Whatever else a ref may stand at is not looked for any further. */
  private void onlyCommits(Set<String> ids, Tally tally) {
    byte[] input = (String.join("\n", ids) + "\n").getBytes(StandardCharsets.US_ASCII);
    git.runRetrying(
            GitCommand.onRepository(common, "cat-file", "--batch-check=%(objectname) %(objecttype)")
                .reading(stream -> stream.write(input))
                .each(
                    '\n',
                    line -> {
                      if (!line.endsWith(" commit")) {
                        tally.add(Kind.UNKNOWN, "a ref of the worktree's own is at " + line);
                      }
                    }))
        .orThrow();
  }

  private Optional<String> replaced(String name) throws IOException {
    Path file = entry.directory().resolve(name);
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    String text = Files.readString(file, StandardCharsets.ISO_8859_1).strip();
    return BaseCommit.isId(text) ? Optional.of(text) : Optional.empty();
  }

  /** Every id in a reflog but that of nothing; none when there is no such log. */
  private static Set<String> logged(Path log) {
    Set<String> ids = new LinkedHashSet<>();
    try (Stream<String> lines = Files.lines(log, StandardCharsets.ISO_8859_1)) {
      lines.forEach(
          line -> {
            String[] words = line.split(" ", 3);
            for (int i = 0; i < 2 && i < words.length; i++) {
              if (BaseCommit.isId(words[i]) && words[i].chars().anyMatch(c -> c != '0')) {
                ids.add(words[i]);
              }
            }
          });
    } catch (NoSuchFileException e) {
      return ids;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return ids;
  }

  /**
   * Commits, the newest first.
   *
   * @param parents of any of them
   */
  private record Found(Set<String> commits, Set<String> parents) {
    /** Those from which all of them can be reached. */
    List<String> tips() {
      return commits.stream().filter(id -> !parents.contains(id)).toList();
    }

    Found without(Found others) {
      Set<String> rest = new LinkedHashSet<>(commits);
      rest.removeAll(others.commits);
      return new Found(rest, parents);
    }

    void tell(Tally tally, Kind kind) {
      if (!commits.isEmpty()) {
        tally.add(kind, commits.size(), String.join(" ", tips()));
      }
    }
  }
}
