package io.kugetsu.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.common.InvalidRequestException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandLineAgentTest {
  @TempDir Path temp;
  private Path program;
  private Map<String, String> environment;

  @BeforeEach
  void make_a_program() throws Exception {
    program = Files.createFile(Files.createDirectory(temp.resolve("bin")).resolve("agent"));
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
    environment = Map.of("PATH", temp.resolve("none") + ":" + program.getParent(), "A", "run's");
  }

  @Test
  void the_prompt_is_its_input_and_never_an_argument() {
    AgentCommand command =
        agent().command(request("-x $(touch y)", Optional.empty(), Optional.empty()));

    assertEquals(List.of(program.toString(), "--quiet"), command.argv());
    assertEquals("-x $(touch y)", command.input());
    assertFalse(command.toString().contains("touch"));
  }

  @Test
  void a_session_and_a_model_are_put_where_the_arguments_say() {
    AgentCommand command =
        agent().command(request("x", Optional.of("s-1"), Optional.of("acme/large")));

    assertEquals(
        List.of(program.toString(), "--quiet", "--model=acme/large", "--resume", "s-1"),
        command.argv());
  }

  @Test
  void a_variable_of_the_agent_wins_over_that_of_the_run() {
    CommandLineAgent agent =
        CommandLineAgent.named("agent", List.of("agent")).environment("A", "agent's").build();

    Map<String, String> given =
        agent.command(request("x", Optional.empty(), Optional.empty())).environment();

    assertEquals("agent's", given.get("A"));
    assertEquals(environment.get("PATH"), given.get("PATH"));
    assertEquals(2, given.size(), "nothing of this JVM's own is added");
  }

  @Test
  void a_program_that_is_missing_or_may_not_be_executed_is_not_available() throws Exception {
    agent().check(environment);
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rw-------"));

    AgentUnavailableException refused =
        assertThrows(AgentUnavailableException.class, () -> agent().check(environment));

    assertEquals("agent", refused.agent());
    assertTrue(refused.getMessage().contains("'agent'"), refused.getMessage());
    assertThrows(AgentUnavailableException.class, () -> agent().check(Map.of()));
  }

  @Test
  void a_bad_description_is_refused() {
    for (String name : new String[] {"", "Agent", "-a", "a b", "a".repeat(41)}) {
      assertThrows(
          InvalidRequestException.class, () -> CommandLineAgent.named(name, List.of("x")), name);
    }
    assertThrows(InvalidRequestException.class, () -> CommandLineAgent.named("a", List.of()));
    assertThrows(InvalidRequestException.class, () -> CommandLineAgent.named("a", List.of(" ")));
    CommandLineAgent.Builder builder = CommandLineAgent.named("a", List.of("x"));
    assertThrows(
        InvalidRequestException.class, () -> builder.sessionLine(Pattern.compile("session .*")));
  }

  private static CommandLineAgent agent() {
    return CommandLineAgent.named("agent", List.of("agent", "--quiet"))
        .modelArguments("--model={model}")
        .resumeArguments("--resume", "{session}")
        .build();
  }

  private AgentRequest request(String prompt, Optional<String> session, Optional<String> model) {
    return new AgentRequest(prompt, temp, "title", session, model, environment, temp);
  }
}
