package io.kugetsu.task;

import io.kugetsu.common.InvalidRequestException;
import io.kugetsu.process.ProcessSpec;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A command to run, as {@link TaskSpec#command(String...)} makes it. Its text form names the
 * program only.
 */
public final class CommandSpec extends TaskSpec<CommandSpec> {
  /** What runs the command. */
  public enum Runner {
    /**
     * A supervisor of its own: the output is in a file from the first byte, the command can outlive
     * this JVM, and how it ended is known to the next one.
     */
    SUPERVISED,
    /**
     * Pipes that this JVM reads: nothing is on the disk as long as it is in the foreground, has no
     * limit keys and wrote no more than 1 MiB, and it always ends with this JVM.
     */
    PIPES
  }

  /** How much a command may write, unless something else is said: 16 MiB. */
  public static final long DEFAULT_OUTPUT_CEILING = 16L << 20;

  /** The variables of the host a command gets unless something else is said, where they are set. */
  public static final Set<String> DEFAULT_VARIABLES =
      Set.of("HOME", "LANG", "LC_ALL", "LOGNAME", "PATH", "SHELL", "TERM", "TMPDIR", "TZ", "USER");

  private final Command command;

  private CommandSpec(Common common, Command command) {
    super(common);
    this.command = command;
  }

  CommandSpec(List<String> argv) {
    this(new Common(), new Command(argv));
    ProcessSpec.builder(command.argv, command.directory, Map.of()); // checks the words
  }

  @Override
  CommandSpec with(Common changed) {
    return new CommandSpec(changed, command);
  }

  private CommandSpec change(Consumer<Command> change) {
    Command copy = command.copy();
    change.accept(copy);
    return new CommandSpec(common, copy);
  }

  /**
   * Where it runs.
   *
   * @param directory the working directory; must exist at the start; default the JVM's
   * @return the changed spec
   */
  public CommandSpec in(Path directory) {
    Path absolute = directory.toAbsolutePath();
    return change(it -> it.directory = absolute);
  }

  /**
   * Which variables of the host it gets, where they are set; all others are kept from it.
   *
   * @param names their names; default {@link #DEFAULT_VARIABLES}
   * @return the changed spec
   */
  public CommandSpec inherit(String... names) {
    Set<String> all = Set.copyOf(new TreeSet<>(List.of(names)));
    return change(it -> it.inherited = all);
  }

  /**
   * A variable on top of those it inherits.
   *
   * @param name its name
   * @param value its value; not written down anywhere. A secret, by its name, is masked in all that
   *     is read through the manager that was given it; another manager does not know it, so it
   *     keeps nothing of the output with the task, and shows the output as it is
   * @return the changed spec
   */
  public CommandSpec variable(String name, String value) {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(value, "value");
    return change(
        it -> {
          Map<String, String> all = new LinkedHashMap<>(it.variables);
          all.put(name, value);
          it.variables = Map.copyOf(all);
        });
  }

  /**
   * What it reads from its standard input, up to end of file.
   *
   * @param bytes the bytes; copied. A supervised command's lie in a file, for their owner only, as
   *     long as the task is kept
   * @return the changed spec
   */
  public CommandSpec stdin(byte[] bytes) {
    byte[] copy = bytes.clone();
    return change(it -> it.stdin = copy);
  }

  /**
   * What it reads from its standard input, as UTF-8.
   *
   * @param text the text
   * @return the changed spec
   */
  public CommandSpec stdin(String text) {
    return stdin(text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * By how much its priority is lowered.
   *
   * @param value 0, the default, to 19
   * @return the changed spec
   * @throws InvalidRequestException when it is anything else
   */
  public CommandSpec nice(int value) {
    if (value < 0 || value > 19) {
      throw new InvalidRequestException("a nice value is 0 to 19, not " + value);
    }
    return change(it -> it.nice = value);
  }

  /**
   * How much memory its process tree may hold, as {@link ProcessSpec.Builder#memoryCeiling} says;
   * over it, it fails.
   *
   * @param bytes the ceiling; 0, the default, for none
   * @return the changed spec
   * @throws InvalidRequestException when negative
   */
  public CommandSpec memoryCeiling(long bytes) {
    long checked = notNegative(bytes);
    return change(it -> it.memoryCeiling = checked);
  }

  /**
   * How much it may write; over it, it is ended and fails.
   *
   * @param bytes the ceiling; 0 for none; default {@link #DEFAULT_OUTPUT_CEILING}
   * @return the changed spec
   * @throws InvalidRequestException when negative
   */
  public CommandSpec outputCeiling(long bytes) {
    long checked = notNegative(bytes);
    return change(it -> it.outputCeiling = checked);
  }

  /**
   * Words in front of the command that put it into a box, as {@link ProcessSpec.Builder#wrapper}
   * says.
   *
   * @param words the words; default none
   * @return the changed spec
   */
  public CommandSpec wrapper(String... words) {
    List<String> all = List.of(words);
    return change(it -> it.wrapper = all);
  }

  /**
   * What runs it.
   *
   * @param value the runner; default {@link Runner#SUPERVISED}
   * @return the changed spec
   */
  public CommandSpec runner(Runner value) {
    Objects.requireNonNull(value, "value");
    return change(it -> it.runner = value);
  }

  /** {@return the program and its arguments} */
  public List<String> argv() {
    return command.argv;
  }

  /** {@return where it runs} */
  public Path directory() {
    return command.directory;
  }

  /** {@return what runs it} */
  public Runner runner() {
    return command.runner;
  }

  /** {@return how much memory its process tree may hold; 0 for any amount} */
  public long memoryCeiling() {
    return command.memoryCeiling;
  }

  /** {@return how much it may write; 0 for any amount} */
  public long outputCeiling() {
    return command.outputCeiling;
  }

  /**
   * The complete environment it gets.
   *
   * @param host the host's variables
   * @return those of them it inherits, and its own
   */
  public Map<String, String> environment(Map<String, String> host) {
    Map<String, String> all = new LinkedHashMap<>();
    command.inherited.forEach(
        name -> {
          String value = host.get(name);
          if (value != null) {
            all.put(name, value);
          }
        });
    all.putAll(command.variables);
    return all;
  }

  /**
   * What a runner needs to know of it.
   *
   * @param host the host's variables
   * @return a builder with everything but what belongs to a single run
   * @throws InvalidRequestException when a word, a name or a value is something no process can be
   *     given
   */
  public ProcessSpec.Builder toProcess(Map<String, String> host) {
    ProcessSpec.Builder spec =
        ProcessSpec.builder(command.argv, command.directory, environment(host))
            .nice(command.nice)
            .memoryCeiling(command.memoryCeiling)
            .outputCeiling(command.outputCeiling)
            .wrapper(command.wrapper);
    byte[] input = command.stdin;
    return input == null ? spec : spec.stdin(input);
  }

  @Override
  public String toString() {
    return "CommandSpec[" + command.argv.get(0) + " in " + command.directory + "]";
  }

  private static long notNegative(long bytes) {
    if (bytes < 0) {
      throw new InvalidRequestException("a ceiling cannot be negative: " + bytes);
    }
    return bytes;
  }

  /** What is said of a command; changed only before anybody else sees it. */
  private static final class Command {
    private final List<String> argv;
    private Path directory = Path.of("").toAbsolutePath();
    private Set<String> inherited = DEFAULT_VARIABLES;
    private Map<String, String> variables = Map.of();
    private byte @Nullable [] stdin;
    private int nice;
    private long memoryCeiling;
    private long outputCeiling = DEFAULT_OUTPUT_CEILING;
    private List<String> wrapper = List.of();
    private Runner runner = Runner.SUPERVISED;

    private Command(List<String> argv) {
      this.argv = List.copyOf(argv);
    }

    private Command copy() {
      Command copy = new Command(argv);
      copy.directory = directory;
      copy.inherited = inherited;
      copy.variables = variables;
      copy.stdin = stdin;
      copy.nice = nice;
      copy.memoryCeiling = memoryCeiling;
      copy.outputCeiling = outputCeiling;
      copy.wrapper = wrapper;
      copy.runner = runner;
      return copy;
    }
  }
}
