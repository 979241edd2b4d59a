package io.kugetsu.agent;

import io.kugetsu.agent.internal.PlainTranscript;
import io.kugetsu.common.InvalidRequestException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Any agent that is a command: it reads the message from standard input, works in its current
 * directory, prints what it has to say and ends with exit code 0 when it is done. Immutable and
 * thread-safe.
 */
public final class CommandLineAgent implements AgentAdapter {
  private static final String SESSION = "{session}";
  private static final String MODEL = "{model}";

  private final String name;
  private final List<String> argv;
  private final List<String> resumeArguments;
  private final List<String> modelArguments;
  private final @Nullable Pattern sessionLine;
  private final Map<String, String> environment;

  private CommandLineAgent(Builder builder) {
    name = builder.name;
    argv = List.copyOf(builder.argv);
    resumeArguments = List.copyOf(builder.resumeArguments);
    modelArguments = List.copyOf(builder.modelArguments);
    sessionLine = builder.sessionLine;
    environment = Map.copyOf(builder.environment);
  }

  /**
   * Describes an agent.
   *
   * @param name its name: lower-case letters, digits and dashes, at most 40
   * @param argv the program and its arguments
   * @return a builder
   * @throws InvalidRequestException when the name is not of that form or there is no program
   */
  public static Builder named(String name, List<String> argv) {
    return new Builder(name, argv);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void check(Map<String, String> runEnvironment) {
    Map<String, String> variables = merged(runEnvironment);
    if (Executables.find(argv.get(0), variables).isEmpty()) {
      throw new AgentUnavailableException(
          name,
          "there is no program '"
              + argv.get(0)
              + "' that can be executed; install it or correct the agent's command");
    }
  }

  @Override
  public AgentCommand command(AgentRequest request) {
    Map<String, String> variables = merged(request.environment());
    List<String> command = new ArrayList<>(argv);
    command.set(0, Executables.resolve(argv.get(0), variables));
    request.model().ifPresent(model -> add(command, modelArguments, MODEL, model));
    request.sessionId().ifPresent(session -> add(command, resumeArguments, SESSION, session));
    return new AgentCommand(command, variables, request.prompt());
  }

  @Override
  public AgentTranscript transcript() {
    return new PlainTranscript(sessionLine);
  }

  private Map<String, String> merged(Map<String, String> runEnvironment) {
    Map<String, String> all = new HashMap<>(runEnvironment);
    all.putAll(environment);
    return all;
  }

  private static void add(
      List<String> command, List<String> arguments, String place, String value) {
    arguments.forEach(argument -> command.add(argument.replace(place, value)));
  }

  /** Describes a command-line agent. Not thread-safe. */
  public static final class Builder {
    private final String name;
    private final List<String> argv;
    private final Map<String, String> environment = new HashMap<>();
    private List<String> resumeArguments = List.of();
    private List<String> modelArguments = List.of();
    private @Nullable Pattern sessionLine;

    private Builder(String name, List<String> argv) {
      if (!name.matches("[a-z0-9][a-z0-9-]{0,39}")) {
        throw new InvalidRequestException(
            "an agent's name has lower-case letters, digits and dashes, 40 at most");
      }
      if (argv.isEmpty() || argv.get(0).isBlank()) {
        throw new InvalidRequestException("agent " + name + " has no program");
      }
      this.name = name;
      this.argv = List.copyOf(argv);
    }

    /**
     * What is added to the command to go on with a session.
     *
     * @param arguments arguments, in which <code>{session}</code> stands for the identifier;
     *     default none
     * @return this builder
     */
    public Builder resumeArguments(String... arguments) {
      resumeArguments = List.of(arguments);
      return this;
    }

    /**
     * What is added to the command to choose a model.
     *
     * @param arguments arguments, in which <code>{model}</code> stands for the model; default none
     * @return this builder
     */
    public Builder modelArguments(String... arguments) {
      modelArguments = List.of(arguments);
      return this;
    }

    /**
     * How the agent tells its session's identifier.
     *
     * @param pattern matches a whole line; its first group is the identifier, which may hold
     *     letters, digits, dots, dashes and underscores; default none
     * @return this builder
     * @throws InvalidRequestException when the pattern has no group
     */
    public Builder sessionLine(Pattern pattern) {
      if (pattern.matcher("").groupCount() == 0) {
        throw new InvalidRequestException(
            "the pattern of the session's line needs a group for the identifier: " + pattern);
      }
      sessionLine = pattern;
      return this;
    }

    /**
     * A variable for the agent.
     *
     * @param variable its name
     * @param value its value
     * @return this builder
     */
    public Builder environment(String variable, String value) {
      environment.put(variable, value);
      return this;
    }

    /** {@return the agent} */
    public CommandLineAgent build() {
      return new CommandLineAgent(this);
    }
  }
}
