package io.kugetsu.process;

import io.kugetsu.common.Experimental;
import io.kugetsu.common.InvalidRequestException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What to run, where and with what. Immutable; its text form names the program, the directory and
 * the marker only.
 */
@Experimental
public final class ProcessSpec {
  /** The variable that holds a run's marker in the environment of each of its processes. */
  public static final String MARKER_VARIABLE = "KUGETSU_RUN";

  /** The output ceiling where nothing else is said: 1 GiB. */
  public static final long DEFAULT_OUTPUT_CEILING = 1L << 30;

  /** The longest line that a listener or a masker is given, in bytes; longer ones are cut. */
  public static final int MAX_LINE_BYTES = 8 << 20;

  private final List<String> argv;
  private final Path directory;
  private final Map<String, String> environment;
  private final byte @Nullable [] stdin;
  private final String marker;
  private final @Nullable Path logFile;
  private final boolean logOnDemand;
  private final @Nullable UnaryOperator<String> masker;
  private final @Nullable Consumer<String> lineListener;
  private final long outputCeiling;
  private final @Nullable Path runDirectory;
  private final boolean foreground;
  private final @Nullable Path wakeFile;
  private final int nice;
  private final long memoryCeiling;
  private final List<String> wrapper;

  private ProcessSpec(Builder builder) {
    argv = builder.argv;
    directory = builder.directory;
    environment = builder.environment;
    stdin = builder.stdin;
    marker = builder.marker == null ? "run-" + UUID.randomUUID() : builder.marker;
    logFile = builder.logFile;
    logOnDemand = builder.logOnDemand;
    masker = builder.masker;
    lineListener = builder.lineListener;
    outputCeiling = builder.outputCeiling;
    runDirectory = builder.runDirectory;
    foreground = builder.foreground;
    wakeFile = builder.wakeFile;
    nice = builder.nice;
    memoryCeiling = builder.memoryCeiling;
    wrapper = builder.wrapper;
  }

  /**
   * Begins a spec with what every process needs.
   *
   * @param argv the program and its arguments, handed over word by word without any shell. A
   *     program without a slash is looked for in the {@code PATH} of {@code environment}, or in
   *     {@code /bin} and {@code /usr/bin} if it has none, and gets the file found there as its own
   *     name
   * @param directory the working directory; must exist at the start
   * @param environment the complete environment: nothing is inherited. The runner adds {@code PWD}
   *     and {@link #MARKER_VARIABLE}
   * @return the builder
   * @throws InvalidRequestException when there is no program, or a word, a name or a value is
   *     something no process can be given
   */
  public static Builder builder(
      List<String> argv, Path directory, Map<String, String> environment) {
    return new Builder(argv, directory, environment);
  }

  /** {@return the program and its arguments} */
  public List<String> argv() {
    return argv;
  }

  /** {@return the working directory, absolute} */
  public Path directory() {
    return directory;
  }

  /** {@return the environment as it was given} */
  public Map<String, String> environment() {
    return environment;
  }

  /**
   * {@return a copy of what is written to its standard input; empty: it reads end of file at once}
   */
  public Optional<byte[]> stdin() {
    return Optional.ofNullable(stdin).map(byte[]::clone);
  }

  /** {@return the marker of the run} */
  public String marker() {
    return marker;
  }

  /** {@return where the output is logged} */
  public Optional<Path> logFile() {
    return Optional.ofNullable(logFile);
  }

  /** {@return whether the log file is made only when it is needed} */
  public boolean logOnDemand() {
    return logOnDemand;
  }

  /** {@return what removes secrets from a line} */
  public Optional<UnaryOperator<String>> masker() {
    return Optional.ofNullable(masker);
  }

  /** {@return who is given each line} */
  public Optional<Consumer<String>> lineListener() {
    return Optional.ofNullable(lineListener);
  }

  /** {@return how many bytes it may write before it is ended; 0 for any number} */
  public long outputCeiling() {
    return outputCeiling;
  }

  /** {@return the directory of this run alone, which the supervised runner needs} */
  public Optional<Path> runDirectory() {
    return Optional.ofNullable(runDirectory);
  }

  /** {@return whether it ends with the program that started it, until it is detached} */
  public boolean foreground() {
    return foreground;
  }

  /** {@return the file that gets a byte more when it has ended} */
  public Optional<Path> wakeFile() {
    return Optional.ofNullable(wakeFile);
  }

  /** {@return by how much its priority is lowered, 0 to 19} */
  public int nice() {
    return nice;
  }

  /** {@return how many bytes of memory its tree may hold before it is ended; 0 for any number} */
  public long memoryCeiling() {
    return memoryCeiling;
  }

  /** {@return the words in front of the program that put it into a box; mostly none} */
  public List<String> wrapper() {
    return wrapper;
  }

  @Override
  public String toString() {
    return "ProcessSpec[" + argv.get(0) + " in " + directory + ", " + marker + "]";
  }

  /** Collects what a process may have besides. Not safe for use by several threads. */
  public static final class Builder {
    private final List<String> argv;
    private final Path directory;
    private final Map<String, String> environment;
    private byte @Nullable [] stdin;
    private @Nullable String marker;
    private @Nullable Path logFile;
    private boolean logOnDemand;
    private @Nullable UnaryOperator<String> masker;
    private @Nullable Consumer<String> lineListener;
    private long outputCeiling = DEFAULT_OUTPUT_CEILING;
    private @Nullable Path runDirectory;
    private boolean foreground;
    private @Nullable Path wakeFile;
    private int nice;
    private long memoryCeiling;
    private List<String> wrapper = List.of();

    private Builder(List<String> argv, Path directory, Map<String, String> environment) {
      this.argv = List.copyOf(argv);
      this.directory = directory.toAbsolutePath();
      this.environment = Map.copyOf(environment);
      SpecChecks.command(this.argv);
      SpecChecks.environment(this.environment);
    }

    /**
     * What it reads from its standard input, up to end of file. What it does not read is dropped.
     *
     * @param bytes the bytes; copied
     * @return this builder
     */
    public Builder stdin(byte[] bytes) {
      stdin = bytes.clone();
      return this;
    }

    /**
     * What it reads from its standard input, as UTF-8.
     *
     * @param text the text
     * @return this builder
     */
    public Builder stdin(String text) {
      stdin = text.getBytes(StandardCharsets.UTF_8);
      return this;
    }

    /**
     * The marker by which its processes can be found. Without one a random one is made.
     *
     * @param value 1 to 200 letters, digits, dots, dashes, underscores or colons; unique for the
     *     run
     * @return this builder
     * @throws InvalidRequestException when it is anything else
     */
    public Builder marker(String value) {
      SpecChecks.marker(value);
      marker = value;
      return this;
    }

    /**
     * Where the pipe runner logs standard output and standard error together, in the order they
     * arrive. The file is made before the start, readable by its owner only; one that exists is
     * appended to. Without a masker it holds every byte as it was written; with one, whole masked
     * lines. When it cannot be written any more the process goes on, and {@link
     * ProcessExit#outputComplete()} tells. A supervised run writes to {@code output.log} in its run
     * directory by itself, as it is and not masked, and takes no other file.
     *
     * @param file the file; its directory must exist
     * @return this builder
     */
    public Builder logFile(Path file) {
      logFile = file.toAbsolutePath();
      return this;
    }

    /**
     * Whether the pipe runner makes the log file only when it is needed: when more was written than
     * {@link PipeRunner#KEPT_BYTES}, or {@link PipeProcess#keepLog()} asks for it. It has
     * everything from the first byte on then. A file that cannot be made is told only at the end,
     * as one that cannot be written.
     *
     * @param value true for that; false, the default, for a file from the start
     * @return this builder
     */
    public Builder logOnDemand(boolean value) {
      logOnDemand = value;
      return this;
    }

    /**
     * What removes secrets from each line before it reaches the log file, the tail or the listener.
     * The output file of a supervised run is written by the process itself and holds what it wrote;
     * there it is what is read that is masked. Called on threads of the runner, also by several at
     * once. When it throws, the line is withheld.
     *
     * @param mask gets a line without its end, returns what may be seen of it
     * @return this builder
     */
    public Builder masker(UnaryOperator<String> mask) {
      masker = Objects.requireNonNull(mask, "mask");
      return this;
    }

    /**
     * Who is given each line of output, after it was logged, without its end; a last line without
     * an end too. Decoded as UTF-8, what is malformed replaced; cut, with a mark, after {@link
     * #MAX_LINE_BYTES}. Called on one thread of the runner, in order. What it throws is logged and
     * changes nothing else; while it blocks, nothing more is read, see {@link
     * RunningProcess#exit()}.
     *
     * @param listener gets the lines
     * @return this builder
     */
    public Builder lineListener(Consumer<String> listener) {
      lineListener = Objects.requireNonNull(listener, "listener");
      return this;
    }

    /**
     * How much it may write. Over it, its tree is ended and what it writes from then on is dropped.
     *
     * @param bytes the ceiling in bytes, 0 for none
     * @return this builder
     * @throws InvalidRequestException when negative
     */
    public Builder outputCeiling(long bytes) {
      SpecChecks.notNegative("an output ceiling", bytes);
      outputCeiling = bytes;
      return this;
    }

    /**
     * Where a supervised run keeps what it reads and writes: its input, its output, its status. Of
     * this run alone, and there for as long as anybody may ask about it. The pipe runner needs
     * none.
     *
     * @param directory the directory; must exist, and should be closed to other users
     * @return this builder
     */
    public Builder runDirectory(Path directory) {
      runDirectory = directory.toAbsolutePath();
      return this;
    }

    /**
     * Whether a supervised run ends with the program that started it, however that ends, until it
     * is detached. What runs on pipes always does.
     *
     * @param value true for that; false, the default, to let it outlive the program
     * @return this builder
     */
    public Builder foreground(boolean value) {
      foreground = value;
      return this;
    }

    /**
     * A file that a supervised run appends one byte to as its last act, so that one look at one
     * file tells that something has ended.
     *
     * @param file the file; made if it is missing
     * @return this builder
     */
    public Builder wakeFile(Path file) {
      wakeFile = file.toAbsolutePath();
      return this;
    }

    /**
     * By how much its priority is lowered.
     *
     * @param value 0, the default, to 19
     * @return this builder
     * @throws InvalidRequestException when it is anything else
     */
    public Builder nice(int value) {
      SpecChecks.nice(value);
      nice = value;
      return this;
    }

    /**
     * How much memory its tree may hold. It is looked at about once a second, so a short excess may
     * pass unseen; over it the tree is ended. What several processes share is counted for each.
     *
     * @param bytes the ceiling in bytes, 0 for none
     * @return this builder
     * @throws InvalidRequestException when negative
     */
    public Builder memoryCeiling(long bytes) {
      SpecChecks.notNegative("a memory ceiling", bytes);
      memoryCeiling = bytes;
      return this;
    }

    /**
     * Words that are put in front of the command, to run it in a box: a program such as {@code
     * systemd-run}, {@code bwrap} or {@code docker} with its arguments. What the wrapper starts
     * outside the run's process tree is not seen by a stop.
     *
     * @param words the words; none for no wrapper
     * @return this builder
     * @throws InvalidRequestException when a word is something no process can be given
     */
    public Builder wrapper(List<String> words) {
      wrapper = List.copyOf(words);
      SpecChecks.wrapper(wrapper);
      return this;
    }

    /** {@return the spec} */
    public ProcessSpec build() {
      return new ProcessSpec(this);
    }
  }
}
