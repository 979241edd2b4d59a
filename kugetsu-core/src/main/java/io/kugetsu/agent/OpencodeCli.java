package io.kugetsu.agent;

import io.kugetsu.agent.internal.OpencodeConfig;
import io.kugetsu.agent.internal.OpencodeDatabase;
import io.kugetsu.agent.internal.OpencodeTranscript;
import io.kugetsu.internal.AtomicFiles;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * opencode by its command line, a process for each message. Tested with opencode 1.18.
 *
 * <p>The message goes to standard input, because as an argument opencode changes it. The session's
 * identifier is read from opencode's own output. Permissions never ask, since nobody is there to
 * answer: everything is allowed but questions and plan mode; {@link #strict()} refuses everything
 * outside the worktree as well, which is a rule for the agent's tools and no sandbox. Where all
 * models that opencode may ask are declared completely in its configuration, it starts with an
 * empty catalogue, which saves half of its memory. A byte order mark at the very start of a message
 * is dropped by opencode; everything else arrives byte for byte. Immutable and thread-safe.
 */
public final class OpencodeCli implements AgentAdapter {
  private static final String PROGRAM_VARIABLE = "KUGETSU_OPENCODE";
  private static final String PROGRAM = "opencode";
  private static final String CATALOGUE = "OPENCODE_MODELS_PATH";
  private static final String OPEN =
      """
      {"*":"allow","question":"deny","plan_enter":"deny","plan_exit":"deny",\
      "external_directory":"allow"}""";

  private final @Nullable Path program;
  private final boolean strict;

  /**
   * opencode as the run's environment finds it: the program that {@code KUGETSU_OPENCODE} names,
   * else {@code opencode} on the {@code PATH}.
   */
  public OpencodeCli() {
    this(null, false);
  }

  private OpencodeCli(@Nullable Path program, boolean strict) {
    this.program = program;
    this.strict = strict;
  }

  /**
   * A given opencode.
   *
   * @param program the program
   * @return the agent
   */
  public static OpencodeCli at(Path program) {
    return new OpencodeCli(program.toAbsolutePath(), false);
  }

  /**
   * The same opencode, kept inside its worktree by rules.
   *
   * @return the agent
   */
  public OpencodeCli strict() {
    return new OpencodeCli(program, true);
  }

  @Override
  public String name() {
    return "opencode";
  }

  @Override
  public void check(Map<String, String> environment) {
    if (Executables.find(wanted(environment), environment).isEmpty()) {
      throw new AgentUnavailableException(
          name(),
          "there is no program '"
              + wanted(environment)
              + "' that can be executed; install it (npm install -g opencode-ai), or name it in "
              + PROGRAM_VARIABLE);
    }
  }

  /**
   * Looks whether opencode has a model to ask: one is configured, or there are credentials of a
   * provider. Quick, without starting it; only asking the model would tell for certain.
   *
   * @param environment the environment that a run would have
   * @return whether there seems to be a model
   */
  public boolean hasModel(Map<String, String> environment) {
    return OpencodeConfig.read(environment).hasModel();
  }

  @Override
  public AgentCommand command(AgentRequest request) {
    String opencode = Executables.resolve(wanted(request.environment()), request.environment());
    Map<String, String> variables = variables(request);
    OpencodeDatabase.prepare(opencode, variables, places(request));
    List<String> argv =
        new ArrayList<>(
            List.of(
                opencode,
                "run",
                "--format",
                "json",
                "--title",
                request.title(),
                "--dir",
                request.directory().toString()));
    request.model().ifPresent(model -> argv.addAll(List.of("--model", model)));
    request.sessionId().ifPresent(session -> argv.addAll(List.of("--session", session)));
    return new AgentCommand(argv, variables, request.prompt());
  }

  /** Where what all runs of opencode share is kept. */
  private static Path places(AgentRequest request) {
    return Optional.ofNullable(request.environment().get("KUGETSU_DIR"))
        .map(directory -> Path.of(directory, "agents"))
        .orElse(request.runDirectory());
  }

  private Map<String, String> variables(AgentRequest request) {
    Map<String, String> variables = new HashMap<>(request.environment());
    variables.put("OPENCODE_DISABLE_MODELS_FETCH", "1");
    variables.put("OPENCODE_DISABLE_AUTOUPDATE", "1");
    variables.put("OPENCODE_PERMISSION", strict ? strictRules(variables) : OPEN);
    OpencodeConfig config = OpencodeConfig.read(variables);
    Optional<String> model = request.model().or(config::model);
    if (!variables.containsKey(CATALOGUE)
        && model.filter(it -> config.needsNoCatalogue(it, request.directory())).isPresent()) {
      Path lean = request.runDirectory().resolve("models.json");
      AtomicFiles.writeUnsynced(lean, "{}".getBytes(StandardCharsets.UTF_8));
      variables.put(CATALOGUE, lean.toString());
    }
    return variables;
  }

  private static String strictRules(Map<String, String> variables) {
    String data = OpencodeConfig.dataDirectory(variables).toString();
    // opencode keeps long outputs of its tools there and has to read them again
    String outputs = (data + "/opencode/tool-output/*").replace("\\", "/").replace("\"", "\\\"");
    return "{\"*\":\"allow\",\"question\":\"deny\",\"plan_enter\":\"deny\",\"plan_exit\":\"deny\","
        + "\"external_directory\":{\"*\":\"deny\",\""
        + outputs
        + "\":\"allow\"}}";
  }

  @Override
  public AgentTranscript transcript() {
    return new OpencodeTranscript();
  }

  private String wanted(Map<String, String> environment) {
    return program != null
        ? program.toString()
        : Optional.ofNullable(environment.get(PROGRAM_VARIABLE))
            .filter(it -> !it.isBlank())
            .orElse(PROGRAM);
  }
}
