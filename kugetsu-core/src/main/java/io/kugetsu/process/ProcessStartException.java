package io.kugetsu.process;

import io.kugetsu.common.KugetsuException;
import java.io.Serial;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A program could not be started; nothing runs. Says which program and where, never its arguments
 * or its environment.
 */
public final class ProcessStartException extends KugetsuException {
  @Serial private static final long serialVersionUID = 1L;

  /** Why it could not be started. */
  public enum Kind {
    /** There is no such program, or the interpreter its first line names is missing. */
    NOT_FOUND,
    /** The file may not be executed. */
    NOT_EXECUTABLE,
    /** The working directory is missing or is no directory. */
    NO_DIRECTORY,
    /** Anything else, for example arguments that are too long; the message tells. */
    OTHER
  }

  private final Kind kind;
  private final String program;
  private final String directory;

  /**
   * Makes one.
   *
   * @param kind why
   * @param program the program as it was asked for, the first word of its command line
   * @param directory the working directory it was to have
   * @param problem what was wrong, and what to do
   * @param cause what it came from, or null
   */
  public ProcessStartException(
      Kind kind, String program, Path directory, String problem, @Nullable Throwable cause) {
    super("cannot start " + program + " in " + directory + ": " + problem, cause);
    this.kind = kind;
    this.program = program;
    this.directory = directory.toString();
  }

  /** {@return why it could not be started} */
  public Kind kind() {
    return kind;
  }

  /** {@return the program as it was asked for} */
  public String program() {
    return program;
  }

  /** {@return the working directory it was to have} */
  public Path directory() {
    return Path.of(directory);
  }
}
