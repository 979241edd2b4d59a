package io.kugetsu.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How opencode is started; nothing here starts it. */
class OpencodeCliTest {
  private static final String DECLARED =
      """
      // a comment
      {"model":"acme/large","provider":{"acme":{"npm":"@ai-sdk/openai-compatible",
       "models":{"large":{},"small/er":{}}},"half":{"models":{"m":{}}}},}
      """;

  @TempDir Path temp;
  private Path tree;
  private Path run;
  private Path program;
  private final Map<String, String> environment = new HashMap<>();

  @BeforeEach
  void make_a_home() throws Exception {
    tree = Files.createDirectory(temp.resolve("tree"));
    run = Files.createDirectory(temp.resolve("run"));
    program = Files.createFile(temp.resolve("opencode"));
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
    Path database = Files.createDirectories(temp.resolve("data/opencode"));
    Files.createFile(database.resolve("opencode.db"));
    environment.put("HOME", temp.resolve("home").toString());
    environment.put("XDG_DATA_HOME", temp.resolve("data").toString());
    environment.put("KUGETSU_DIR", temp.resolve("state").toString());
    environment.put("KUGETSU_OPENCODE", program.toString());
  }

  @Test
  void the_prompt_is_its_input_and_never_an_argument() {
    AgentCommand command = command(Optional.empty(), Optional.empty());

    assertEquals(
        List.of(
            program.toString(),
            "run",
            "--format",
            "json",
            "--title",
            "a title",
            "--dir",
            tree.toString()),
        command.argv());
    assertEquals("--help\n", command.input());
  }

  @Test
  void a_session_and_a_model_are_named() {
    List<String> argv = command(Optional.of("ses_1"), Optional.of("acme/large")).argv();

    assertEquals(
        List.of("--model", "acme/large", "--session", "ses_1"), argv.subList(8, argv.size()));
  }

  @Test
  void it_never_asks_fetches_or_updates_whatever_the_host_says() {
    environment.put("OPENCODE_PERMISSION", "{\"*\":\"ask\"}");
    environment.put("OTHER", "kept");

    Map<String, String> given = command(Optional.empty(), Optional.empty()).environment();

    assertEquals(
        "{\"*\":\"allow\",\"question\":\"deny\",\"plan_enter\":\"deny\",\"plan_exit\":\"deny\","
            + "\"external_directory\":\"allow\"}",
        given.get("OPENCODE_PERMISSION"));
    assertEquals("1", given.get("OPENCODE_DISABLE_MODELS_FETCH"));
    assertEquals("1", given.get("OPENCODE_DISABLE_AUTOUPDATE"));
    assertEquals("kept", given.get("OTHER"));
  }

  @Test
  void strict_rules_leave_only_the_outputs_of_its_own_tools_open() {
    AgentCommand command = OpencodeCli.at(program).strict().command(request(Optional.empty()));

    assertEquals(
        "{\"*\":\"allow\",\"question\":\"deny\",\"plan_enter\":\"deny\",\"plan_exit\":\"deny\","
            + "\"external_directory\":{\"*\":\"deny\",\""
            + temp.resolve("data/opencode/tool-output/*")
            + "\":\"allow\"}}",
        command.environment().get("OPENCODE_PERMISSION"));
  }

  @Test
  void a_model_that_is_declared_completely_needs_no_catalogue() throws Exception {
    environment.put("OPENCODE_CONFIG_CONTENT", DECLARED);

    Path catalogue = catalogue(Optional.empty()).orElseThrow();

    assertEquals(run.resolve("models.json"), catalogue);
    assertEquals("{}", Files.readString(catalogue));
    assertTrue(catalogue(Optional.of("acme/small/er")).isPresent());
  }

  @Test
  void a_model_that_is_not_declared_completely_needs_the_catalogue() {
    environment.put("OPENCODE_CONFIG_CONTENT", DECLARED);

    for (String model : List.of("acme/other", "half/m", "other/large", "large", "/", "acme/")) {
      assertEquals(Optional.empty(), catalogue(Optional.of(model)), model);
    }
  }

  @Test
  void a_configuration_that_is_broken_or_of_another_form_says_nothing() {
    for (String broken : List.of("", "{", "[]", "null", "7", "{\"model\":{},\"provider\":[1]}")) {
      environment.put("OPENCODE_CONFIG_CONTENT", broken);
      assertEquals(Optional.empty(), catalogue(Optional.of("acme/large")), broken);
      assertFalse(new OpencodeCli().hasModel(environment), broken);
    }
  }

  @Test
  void a_catalogue_of_the_users_own_is_left_alone() {
    environment.put("OPENCODE_CONFIG_CONTENT", DECLARED);
    environment.put("OPENCODE_MODELS_PATH", "/mine.json");

    assertEquals(Optional.of(Path.of("/mine.json")), catalogue(Optional.empty()));
  }

  @Test
  void another_model_that_opencode_may_ask_keeps_the_catalogue() {
    for (String other :
        List.of(
            "\"small_model\":\"remote/tiny\"",
            "\"agent\":{\"build\":{\"model\":\"remote/huge\"}}",
            "\"mode\":{\"plan\":{\"model\":\"remote/huge\"}}",
            "\"command\":{\"check\":{\"model\":\"remote/huge\",\"template\":\"x\"}}")) {
      environment.put(
          "OPENCODE_CONFIG_CONTENT", DECLARED.replace("{\"model\"", "{" + other + ",\"model\""));
      assertEquals(Optional.empty(), catalogue(Optional.empty()), other);
    }
  }

  @Test
  void a_checkout_with_a_configuration_of_its_own_keeps_the_catalogue() throws Exception {
    environment.put("OPENCODE_CONFIG_CONTENT", DECLARED);
    for (String own : List.of("opencode.json", "opencode.jsonc", ".opencode")) {
      Path file = Files.createFile(tree.resolve(own));
      assertEquals(Optional.empty(), catalogue(Optional.empty()), own);
      Files.delete(file);
    }
  }

  @Test
  void the_program_is_the_given_one_the_variables_one_or_that_on_the_path() {
    assertEquals(
        "/given/opencode",
        OpencodeCli.at(Path.of("/given/opencode"))
            .command(request(Optional.empty()))
            .argv()
            .get(0));
    environment.put("KUGETSU_OPENCODE", " ");
    environment.put("PATH", temp.toString());
    assertEquals(program.toString(), command(Optional.empty(), Optional.empty()).argv().get(0));
    new OpencodeCli().check(environment);
    environment.put("PATH", "");
    AgentUnavailableException missing =
        assertThrows(AgentUnavailableException.class, () -> new OpencodeCli().check(environment));
    assertTrue(missing.getMessage().contains("npm install"), missing.getMessage());
  }

  @Test
  void a_model_or_a_login_is_what_it_takes() throws Exception {
    OpencodeCli opencode = new OpencodeCli();
    assertFalse(opencode.hasModel(environment));

    environment.put("ANTHROPIC_API_KEY", " ");
    assertFalse(opencode.hasModel(environment));
    environment.put("ANTHROPIC_API_KEY", "x");
    assertTrue(opencode.hasModel(environment));
    environment.remove("ANTHROPIC_API_KEY");

    Path logins = temp.resolve("data/opencode/auth.json");
    Files.writeString(logins, "{}");
    assertFalse(opencode.hasModel(environment));
    Files.writeString(logins, "{\"anthropic\":{\"type\":\"api\"}}");
    assertTrue(opencode.hasModel(environment));
    Files.delete(logins);

    Path config = Files.createDirectories(temp.resolve("home/.config/opencode"));
    Files.writeString(config.resolve("opencode.json"), DECLARED);
    assertTrue(opencode.hasModel(environment));
  }

  private Optional<Path> catalogue(Optional<String> model) {
    return Optional.ofNullable(
            command(Optional.empty(), model).environment().get("OPENCODE_MODELS_PATH"))
        .map(Path::of);
  }

  private AgentCommand command(Optional<String> session, Optional<String> model) {
    return new OpencodeCli()
        .command(new AgentRequest("--help\n", tree, "a title", session, model, environment, run));
  }

  private AgentRequest request(Optional<String> model) {
    return new AgentRequest("x", tree, "a title", Optional.empty(), model, environment, run);
  }
}
