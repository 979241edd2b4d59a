package io.kugetsu.model;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.json.JsonMapper;

/**
 * A home directory for opencode that knows one model, that of a {@link ModelServer}, and reaches
 * for nothing on the network. It also names an author, so that agents can commit.
 */
public final class OpencodeHome {

  /** The model as opencode names it. */
  public static final String MODEL = "kugetsu-test/" + ModelServer.MODEL;

  private static final JsonMapper JSON = JsonMapper.shared();
  private static final String GIT_CONFIG =
      """
      [user]
      \tname = Test Agent
      \temail = agent@example.invalid
      [init]
      \tdefaultBranch = main
      [commit]
      \tgpgSign = false
      """;

  private final Path home;

  private OpencodeHome(Path home) {
    this.home = home;
  }

  /** Makes the home as {@code home} in an existing directory. */
  public static OpencodeHome in(Path directory) throws IOException {
    OpencodeHome made = new OpencodeHome(directory.toAbsolutePath().resolve("home"));
    for (Path xdg : List.of(made.config(), made.data(), made.state(), made.cache(), made.temp())) {
      Files.createDirectories(xdg);
    }
    Files.writeString(made.home.resolve(".gitconfig"), GIT_CONFIG);
    Files.writeString(made.catalogue(), "{}");
    return made;
  }

  /** The directory that HOME names. */
  public Path path() {
    return home;
  }

  /** The file of known models, which holds none. */
  public Path catalogue() {
    return home.resolve("models.json");
  }

  /** The directory of opencode's database. */
  public Path database() {
    return data().resolve("opencode");
  }

  /**
   * The whole environment for opencode.
   *
   * @param baseUrl of the model server
   * @param path the value of PATH
   * @return a new map that the caller may change
   */
  public Map<String, String> environment(URI baseUrl, String path) {
    Map<String, String> environment = new TreeMap<>();
    environment.put("HOME", home.toString());
    environment.put("PATH", path);
    environment.put("TMPDIR", temp().toString());
    environment.put("XDG_CONFIG_HOME", config().toString());
    environment.put("XDG_DATA_HOME", data().toString());
    environment.put("XDG_STATE_HOME", state().toString());
    environment.put("XDG_CACHE_HOME", cache().toString());
    environment.put("LANG", "C.UTF-8");
    environment.put("NO_PROXY", "127.0.0.1,localhost");
    environment.put("OPENCODE_CONFIG_CONTENT", configuration(baseUrl));
    environment.put("OPENCODE_MODELS_PATH", catalogue().toString());
    environment.put("npm_config_offline", "true");
    for (String off : List.of("MODELS_FETCH", "AUTOUPDATE", "LSP_DOWNLOAD", "SHARE")) {
      environment.put("OPENCODE_DISABLE_" + off, "1");
    }
    return environment;
  }

  /**
   * Makes the database, which several first starts at once fail to do ({@code database is locked}).
   *
   * @param program the opencode executable
   * @param environment as made by {@link #environment}
   * @throws IOException if opencode cannot be run or does not succeed within a minute
   */
  public void createDatabase(Path program, Map<String, String> environment)
      throws IOException, InterruptedException {
    Path output = temp().resolve("create-database.log");
    ProcessBuilder builder =
        new ProcessBuilder(program.toString(), "db", "path")
            .directory(home.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().clear();
    builder.environment().putAll(environment);
    builder.environment().put("PWD", home.toString());
    Process process = builder.start();
    try {
      process.getOutputStream().close();
      if (!process.waitFor(1, TimeUnit.MINUTES) || process.exitValue() != 0) {
        throw new IOException("opencode made no database: " + Files.readString(output));
      }
    } finally {
      process.destroyForcibly();
    }
  }

  private static String configuration(URI baseUrl) {
    Map<String, ?> model =
        Map.of(
            "name", "Scripted",
            "limit", Map.of("context", 200_000, "output", 8_192),
            "cost", Map.of("input", 3, "output", 15));
    Map<String, ?> provider =
        Map.of(
            "name",
            "Test",
            "npm",
            "@ai-sdk/openai-compatible",
            "options",
            Map.of("baseURL", baseUrl.toString(), "apiKey", "test"),
            "models",
            Map.of(ModelServer.MODEL, model));
    return JSON.writeValueAsString(
        Map.of(
            "provider",
            Map.of("kugetsu-test", provider),
            "model",
            MODEL,
            "small_model",
            MODEL,
            "autoupdate",
            false,
            "share",
            "disabled"));
  }

  private Path config() {
    return home.resolve(".config");
  }

  private Path data() {
    return home.resolve(".local/share");
  }

  private Path state() {
    return home.resolve(".local/state");
  }

  private Path cache() {
    return home.resolve(".cache");
  }

  private Path temp() {
    return home.resolve("tmp");
  }
}
