package io.kugetsu.agent.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What opencode's own configuration says about models, as far as it decides how opencode is
 * started. What cannot be read says nothing.
 */
public final class OpencodeConfig {
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(JsonReadFeature.ALLOW_JAVA_COMMENTS)
          .enable(JsonReadFeature.ALLOW_TRAILING_COMMA)
          .build();

  private static final List<String> PROJECT =
      List.of("opencode.json", "opencode.jsonc", ".opencode");

  private final List<JsonNode> sources;
  private final boolean credentials;

  private OpencodeConfig(List<JsonNode> sources, boolean credentials) {
    this.sources = List.copyOf(sources);
    this.credentials = credentials;
  }

  /**
   * Reads the configuration that a run would have, without the checkout's own.
   *
   * @param environment the run's environment
   * @return the configuration, the strongest source first
   */
  public static OpencodeConfig read(Map<String, String> environment) {
    List<JsonNode> sources = new ArrayList<>();
    Optional.ofNullable(environment.get("OPENCODE_CONFIG_CONTENT"))
        .flatMap(OpencodeConfig::parse)
        .ifPresent(sources::add);
    files(environment).flatMap(file -> read(file).stream()).forEach(sources::add);
    return new OpencodeConfig(sources, hasCredentials(environment));
  }

  private static boolean hasCredentials(Map<String, String> environment) {
    boolean inEnvironment =
        environment.entrySet().stream()
            .anyMatch(it -> it.getKey().endsWith("_API_KEY") && !it.getValue().isBlank());
    return inEnvironment
        || read(dataDirectory(environment).resolve("opencode").resolve("auth.json"))
            .filter(logins -> !logins.isEmpty())
            .isPresent();
  }

  /**
   * Where opencode keeps its data.
   *
   * @param environment the run's environment
   * @return the directory above its own
   */
  public static Path dataDirectory(Map<String, String> environment) {
    return place(environment, "XDG_DATA_HOME", ".local/share")
        .orElse(Path.of(System.getProperty("user.home"), ".local", "share"));
  }

  private static Optional<Path> place(
      Map<String, String> environment, String variable, String belowHome) {
    return Optional.ofNullable(environment.get(variable))
        .map(Path::of)
        .or(() -> Optional.ofNullable(environment.get("HOME")).map(it -> Path.of(it, belowHome)));
  }

  private static Stream<Path> files(Map<String, String> environment) {
    Stream<Path> named = Stream.ofNullable(environment.get("OPENCODE_CONFIG")).map(Path::of);
    Stream<Path> global =
        place(environment, "XDG_CONFIG_HOME", ".config").stream()
            .flatMap(
                it ->
                    Stream.of("opencode.jsonc", "opencode.json", "config.json")
                        .map(name -> it.resolve("opencode").resolve(name)));
    return Stream.concat(named, global);
  }

  private static Optional<JsonNode> read(Path file) {
    try {
      return Files.isRegularFile(file) ? parse(Files.readString(file)) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static Optional<JsonNode> parse(String text) {
    try {
      return Optional.of(JSON.readTree(text));
    } catch (JacksonException e) {
      return Optional.empty();
    }
  }

  /** {@return the configured model as provider/model, or empty} */
  public Optional<String> model() {
    return sources.stream()
        .map(source -> source.path("model").asString(""))
        .filter(model -> model.indexOf('/') > 0)
        .findFirst();
  }

  /**
   * Tells whether there is a model that can be asked: one is configured, or there are credentials.
   *
   * @return whether there seems to be one; only asking it would tell for certain
   */
  public boolean hasModel() {
    return credentials || model().isPresent();
  }

  /**
   * Tells whether opencode can do without its catalogue: every model that it may come to ask is
   * declared completely. A checkout with a configuration of its own may name any.
   *
   * @param model provider/model, which it is to ask
   * @param checkout where it works
   * @return whether it can
   */
  public boolean needsNoCatalogue(String model, Path checkout) {
    return PROJECT.stream().noneMatch(it -> Files.exists(checkout.resolve(it)))
        && Stream.concat(Stream.of(model), otherModels()).allMatch(this::declares);
  }

  private Stream<String> otherModels() {
    Stream<String> small = sources.stream().map(it -> it.path("small_model").asString(""));
    Stream<String> inside =
        sources.stream()
            .flatMap(it -> Stream.of("agent", "mode", "command").map(it::path))
            .flatMap(it -> it.values().stream())
            .map(it -> it.path("model").asString(""));
    return Stream.concat(small, inside).filter(it -> !it.isEmpty());
  }

  private boolean declares(String model) {
    int slash = model.indexOf('/');
    if (slash < 0) {
      return false;
    }
    String provider = model.substring(0, slash);
    String name = model.substring(slash + 1);
    return sources.stream()
        .map(source -> source.path("provider").path(provider))
        .anyMatch(it -> it.path("npm").isString() && it.path("models").has(name));
  }
}
