package io.kugetsu.worktree.internal.git;

import io.kugetsu.worktree.GitException;
import io.kugetsu.worktree.RepositoryException;
import io.kugetsu.worktree.RepositoryException.Problem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import org.apache.commons.exec.CommandLine;
import org.apache.commons.exec.ExecuteException;
import org.apache.commons.exec.ExecuteResultHandler;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs git: with a clean environment, arguments as they are, nothing on its standard input, bounded
 * output and a time limit, at which it is ended with everything that it started, and with less of
 * what a repository can have it run ({@link Hardening}). Safe for use by several threads.
 */
public final class Git {
  private static final Logger LOG = LoggerFactory.getLogger(Git.class);
  private static final AtomicLong SERIAL = new AtomicLong();
  private static final Pattern USER_IN_ADDRESS = Pattern.compile("(?<=://)[^/\\s]+(?=@)");
  private static final int MOST_OUT = 8 << 20;
  private static final int MOST_ERR = 8 << 10;
  private static final int TRIES = 8;

  private final List<String> program;
  private final Map<String, String> environment;
  private final Hardening hardening;

  /**
   * Git as the host has it.
   *
   * @param host the host's environment
   */
  public Git(Map<String, String> host) {
    this(List.of("git"), host);
  }

  public Git(List<String> program, Map<String, String> host) {
    this(program, GitEnvironment.from(host), new Hardening(host));
  }

  private Git(List<String> program, Map<String, String> environment, Hardening hardening) {
    this.program = List.copyOf(program);
    this.environment = environment;
    this.hardening = hardening;
  }

  /** The same with one more variable in the environment of all that it runs. */
  public Git with(String name, String value) {
    Map<String, String> more = new HashMap<>(environment);
    more.put(name, value);
    return new Git(program, Map.copyOf(more), hardening);
  }

  /**
   * Runs a command and waits for its end, whatever that is.
   *
   * @throws GitException when it could not be brought to an end of its own
   * @throws RepositoryException when git or the directory is missing
   */
  public GitResult run(GitCommand command) {
    List<String> argv = new ArrayList<>(program);
    argv.addAll(command.arguments());
    List<String> shown = argv.stream().map(Git::masked).toList();
    if (argv.stream().anyMatch(argument -> argument.indexOf('\0') >= 0)) {
      throw new GitException("cannot be run: an argument has a NUL", shown, -1, "", null);
    }
    Output out = output(command);
    Output err = Output.tail(MOST_ERR);
    String name = "kugetsu-git-" + SERIAL.incrementAndGet();
    GitStreams streams = new GitStreams(name, out, err, command.feed());
    GitExecutor executor = new GitExecutor(name, streams, command.directory().toFile());
    Completion end = new Completion();
    long start = System.nanoTime();
    try {
      executor.execute(new Argv(argv), environment(command), end);
    } catch (IOException e) {
      throw notStarted(command, e);
    }
    String ended = await(command, executor, end);
    String error = masked(err.text());
    if (ended != null) {
      throw new GitException(ended, shown, -1, error, end.failure.get());
    }
    ExecuteException failure = end.failure.get();
    if (failure != null) {
      throw notStarted(command, failure);
    }
    if (out.overflowed()) {
      throw new GitException("said more than " + MOST_OUT + " bytes", shown, -1, error, null);
    }
    out.rethrow();
    if ((command.records() != null || command.sink() != null) && !streams.isComplete()) {
      // What is missing could be the work that somebody asks for.
      throw new GitException("left its output open at its end", shown, -1, error, null);
    }
    Exception unfed = streams.unfed();
    if (unfed != null) {
      throw new GitException("could not be given what it reads: " + unfed, shown, -1, error, unfed);
    }
    if (LOG.isTraceEnabled()) {
      long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
      LOG.trace("{} -> {} after {} ms", shown, end.exitCode.get(), millis);
    }
    return new GitResult(shown, end.exitCode.get(), out.text(), error);
  }

  private static Output output(GitCommand command) {
    if (command.sink() != null) {
      return command.sink().get();
    }
    return command.records() == null
        ? Output.head(MOST_OUT)
        : Output.records(command.separator(), StandardCharsets.UTF_8, command.records());
  }

  /** Runs a command that may be repeated, and repeats it when others were in its way. */
  public GitResult runRetrying(GitCommand command) {
    for (int attempt = 1; ; attempt++) {
      GitResult result = run(command);
      if (result.ok() || attempt == TRIES || !Collisions.isOne(result)) {
        return result;
      }
      Collisions.pause(attempt);
    }
  }

  /** What a command finds in a variable; empty when that is not set. */
  public String variable(String name) {
    return environment.getOrDefault(name, "");
  }

  /** Waits for the end; what ended it before its own, or null when nothing did. */
  private static @Nullable String await(GitCommand command, GitExecutor executor, Completion end) {
    String ended = null;
    boolean interrupted = false;
    try {
      // as long as there can be, where somebody means for ever
      long nanos = TimeUnit.NANOSECONDS.convert(command.limit());
      if (!end.latch.await(nanos, TimeUnit.NANOSECONDS)) {
        ended = "was ended after " + command.limit();
      }
    } catch (InterruptedException e) {
      interrupted = true;
      ended = "was ended by an interrupt";
    }
    if (ended != null) {
      executor.end(end.latch);
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return ended;
  }

  private Map<String, String> environment(GitCommand command) {
    Map<String, String> all = new HashMap<>(environment);
    all.putAll(hardening.of(command.arguments()));
    all.putAll(command.environment());
    return all;
  }

  private RepositoryException notStarted(GitCommand command, IOException cause) {
    Path directory = command.directory();
    RepositoryException exception =
        Files.isDirectory(directory)
            ? new RepositoryException(
                directory,
                Problem.GIT_MISSING,
                "the program '"
                    + program.get(0)
                    + "' cannot be run; install git and have it on the PATH")
            : new RepositoryException(directory, Problem.DOES_NOT_EXIST, "there is no directory");
    exception.initCause(cause);
    return exception;
  }

  private static String masked(String text) {
    return USER_IN_ADDRESS.matcher(text).replaceAll("***");
  }

  /** The arguments as they are; a {@link CommandLine} of its own would trim every one of them. */
  private static final class Argv extends CommandLine {
    private final List<String> argv;

    Argv(List<String> argv) {
      super(argv.get(0));
      this.argv = argv;
    }

    @Override
    public String[] toStrings() {
      return argv.toArray(String[]::new);
    }
  }

  private static final class Completion implements ExecuteResultHandler {
    private final CountDownLatch latch = new CountDownLatch(1);
    private final AtomicInteger exitCode = new AtomicInteger();
    private final AtomicReference<@Nullable ExecuteException> failure = new AtomicReference<>();

    @Override
    public void onProcessComplete(int code) {
      exitCode.set(code);
      latch.countDown();
    }

    @Override
    public void onProcessFailed(ExecuteException e) {
      failure.set(e);
      latch.countDown();
    }
  }
}
