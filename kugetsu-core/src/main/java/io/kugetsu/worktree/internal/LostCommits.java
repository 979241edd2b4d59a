package io.kugetsu.worktree.internal;

import io.kugetsu.worktree.Obstacle.Kind;
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
import java.util.stream.Stream;

/**
 * Finds the commits that nothing would lead to any more once a worktree's entry is gone: neither a
 * ref nor the reflog of one that stays.
 */
final class LostCommits {
  private static final String OWN_REFS = "refs/worktree";
  private static final String ORIGINAL = "ORIG_HEAD";

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
    original().ifPresent(remembered::add);
    remembered.removeAll(named);
    head.filter(id -> branch.isPresent()).ifPresent(remembered::remove);
    if (named.isEmpty()) {
      // The usual case: all that was ever checked out here is in the branch's own log.
      branch.ifPresent(
          name -> remembered.removeAll(logged(common.resolve("logs/refs/heads").resolve(name))));
    }
    if (named.isEmpty() && remembered.isEmpty()) {
      return List.of();
    }
    // A ref keeps its commits for ever, the log of a branch for a month only.
    Found lost = count(named, List.of("--all"));
    lost.tell(tally, Kind.DETACHED_COMMITS);
    Set<String> starts = new LinkedHashSet<>(remembered);
    starts.removeAll(lost.commits());
    Found forgotten = count(starts, List.of("--all", "--reflog")).without(lost);
    forgotten.tell(tally, Kind.REFLOG_COMMITS);
    return Stream.concat(lost.tips().stream(), forgotten.tips().stream()).toList();
  }

  /** All commits that only these lead to. */
  private Found count(Set<String> starts, List<String> staying) {
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
    Set<String> ids = new LinkedHashSet<>();
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

  private Optional<String> original() throws IOException {
    Path file = entry.directory().resolve(ORIGINAL);
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
