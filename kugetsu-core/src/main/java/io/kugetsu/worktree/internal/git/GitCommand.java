package io.kugetsu.worktree.internal.git;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A git command that is to be run.
 *
 * @param directory where it is run
 * @param arguments everything behind {@code git}
 * @param environment variables for this command only
 * @param limit how long it may take
 * @param separator what ends a record of its output
 * @param records takes each record of the output as it comes; null to keep the output as a whole
 * @param sink makes what takes the bytes of the output instead; null to keep or hand it as text
 * @param feed what is written to its standard input; null to give it nothing
 */
public record GitCommand(
    Path directory,
    List<String> arguments,
    Map<String, String> environment,
    Duration limit,
    char separator,
    @Nullable Consumer<String> records,
    @Nullable Supplier<Output> sink,
    @Nullable Feed feed) {
  /** For what only looks up or changes a few small files. */
  static final Duration SHORT = Duration.ofMinutes(1);

  /** For what reads or writes every file of a checkout, or runs somebody's hook. */
  public static final Duration LONG = Duration.ofMinutes(30);

  /**
   * A command on the repository as a whole. The directory is named to git instead of being searched
   * for, so that git cannot find another one, nor refuse its own for being bare.
   */
  public static GitCommand onRepository(Path commonDirectory, String... arguments) {
    List<String> all = new ArrayList<>();
    all.add("--git-dir=" + commonDirectory);
    all.addAll(List.of(arguments));
    return new GitCommand(commonDirectory, all, Map.of(), SHORT, '\0', null, null, null);
  }

  /**
   * A command in a worktree. Were its link to the repository gone, git would search upwards and
   * take whatever repository the root happens to be in; so it is told to search no further. And it
   * is told that the files are here: a repository's settings may say that they are elsewhere, for
   * all its worktrees.
   */
  public static GitCommand inTree(Path tree, String... arguments) {
    Path root = Objects.requireNonNull(tree.getParent(), "a worktree is below its root");
    Map<String, String> here =
        Map.of("GIT_CEILING_DIRECTORIES", root.toString(), "GIT_WORK_TREE", tree.toString());
    return new GitCommand(tree, List.of(arguments), here, SHORT, '\0', null, null, null);
  }

  /** A command in any directory, whose repository git searches for. */
  public static GitCommand in(Path directory, String... arguments) {
    return new GitCommand(directory, List.of(arguments), Map.of(), SHORT, '\0', null, null, null);
  }

  public GitCommand within(Duration newLimit) {
    return new GitCommand(
        directory, arguments, environment, newLimit, separator, records, sink, feed);
  }

  /** With more variables in its environment. */
  public GitCommand with(Map<String, String> variables) {
    Map<String, String> all = new HashMap<>(environment);
    all.putAll(variables);
    return new GitCommand(
        directory, arguments, Map.copyOf(all), limit, separator, records, sink, feed);
  }

  /** With one more variable in its environment. */
  public GitCommand with(String variable, String value) {
    return with(Map.of(variable, value));
  }

  public GitCommand each(char newSeparator, Consumer<String> consumer) {
    return new GitCommand(
        directory, arguments, environment, limit, newSeparator, consumer, sink, feed);
  }

  /** The same with names as bytes: each character of a record is one byte of it. */
  public GitCommand eachRaw(char ending, Consumer<String> consumer) {
    return into(() -> Output.records(ending, StandardCharsets.ISO_8859_1, consumer));
  }

  /** The output goes there as it is; each try makes one anew. */
  public GitCommand into(Supplier<Output> newSink) {
    return new GitCommand(
        directory, arguments, environment, limit, separator, records, newSink, feed);
  }

  /** It reads what this writes; each try writes it anew. */
  public GitCommand reading(Feed newFeed) {
    return new GitCommand(
        directory, arguments, environment, limit, separator, records, sink, newFeed);
  }

  /** Writes what a command reads, on a thread of its own. */
  public interface Feed {
    void to(OutputStream stream) throws IOException;
  }
}
