package io.kugetsu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.agent.AgentUnavailableException;
import io.kugetsu.agent.CommandLineAgent;
import io.kugetsu.agent.OpencodeCli;
import io.kugetsu.common.InvalidRequestException;
import io.kugetsu.common.IssueRef;
import io.kugetsu.common.KugetsuException;
import io.kugetsu.common.Limits;
import io.kugetsu.common.StorageException;
import io.kugetsu.session.NotInitializedException;
import io.kugetsu.support.LeakFree;
import io.kugetsu.support.OtherUser;
import io.kugetsu.support.ShellAgent;
import io.kugetsu.support.TestRepository;
import io.kugetsu.worktree.RepositoryException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Everything that can be wrong with a call is said before anything is changed. */
class BadInputTest extends LeakFree {
  private static final IssueRef ISSUE = IssueRef.parse("github.com/acme/shop#42");

  @TempDir Path temp;
  private Path state;
  private TestRepository repository;

  @BeforeEach
  void makeRepository() throws Exception {
    state = temp.resolve("state");
    repository = TestRepository.create(temp.resolve("shop"));
  }

  /** One that hands out nothing: who does writes down by itself that it was elected for that. */
  private KugetsuBuilder builder() {
    return Kugetsu.builder(repository.directory())
        .directory(state)
        .dispatch(false)
        .environment(TestRepository.IDENTITY)
        .gates()
        .agent(ShellAgent.running("cat"));
  }

  /** Everything below the state directory and the repository, by path and content. */
  private Map<String, String> everything() throws Exception {
    Map<String, String> found = new TreeMap<>();
    try (var files = Files.walk(temp)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        found.put(
            file.toString(), new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
      }
    }
    return found;
  }

  @Test
  void an_unknown_repository_is_refused_before_anything_is_made() {
    for (Path wrong : List.of(temp.resolve("nowhere"), temp)) {
      RepositoryException refused =
          assertThrows(
              RepositoryException.class, () -> Kugetsu.builder(wrong).directory(state).open());
      assertEquals(wrong, refused.path());
      assertFalse(Files.exists(state));
    }
  }

  @Test
  void an_empty_message_an_unknown_clone_and_a_malformed_ref_are_refused() throws Exception {
    try (Kugetsu kugetsu = builder().open()) {
      kugetsu.init();
      Map<String, String> before = everything();
      for (String blank : List.of("", " ", "\n\t")) {
        assertThrows(InvalidRequestException.class, () -> kugetsu.delegate(blank, ISSUE));
        assertThrows(InvalidRequestException.class, () -> kugetsu.start(ISSUE, blank));
      }
      InvalidRequestException unknown =
          assertThrows(
              InvalidRequestException.class,
              () -> kugetsu.delegate("x", IssueRef.parse("github.com/acme/other#1")));
      assertTrue(unknown.getMessage().contains("github.com/acme/other"), unknown.getMessage());
      assertTrue(unknown.getMessage().contains("init()"), unknown.getMessage());
      for (String ref :
          List.of(
              "",
              "#1",
              "shop#1",
              "a/b",
              "h/o/r#x",
              "h/../r#1",
              "-h/o/r#1",
              "local:",
              "local:a/b")) {
        assertThrows(InvalidRequestException.class, () -> IssueRef.parse(ref), ref);
      }
      assertEquals(before, everything());
    }
  }

  @Test
  void a_repository_that_was_never_initialised_is_refused() {
    try (Kugetsu kugetsu = builder().open()) {
      assertThrows(NotInitializedException.class, () -> kugetsu.delegate("x", ISSUE));
      assertEquals(List.of(), kugetsu.tasks().list());
    }
  }

  @Test
  void a_limit_of_zero_agents_is_refused() {
    assertThrows(InvalidRequestException.class, () -> Limits.of(0));
    assertThrows(InvalidRequestException.class, () -> Limits.of(3).perKey("agents", 0));
    assertThrows(InvalidRequestException.class, () -> Limits.of(3).perKey("provider:*", -1));
    assertThrows(InvalidRequestException.class, () -> Limits.of(3).perKey("session:x", 2));
  }

  @Test
  void a_missing_agent_is_refused_and_nothing_is_queued() throws Exception {
    for (var agent :
        List.of(
            CommandLineAgent.named("none", List.of("/nowhere/agent")).build(),
            OpencodeCli.at(temp.resolve("no-opencode")))) {
      try (Kugetsu kugetsu = builder().agent(agent).open()) {
        kugetsu.init();
        Map<String, String> before = everything();
        AgentUnavailableException missing =
            assertThrows(AgentUnavailableException.class, () -> kugetsu.delegate("x", ISSUE));
        assertEquals(agent.name(), missing.agent());
        assertThrows(AgentUnavailableException.class, () -> kugetsu.start(ISSUE, "x"));
        assertEquals(before, everything());
      }
    }
  }

  @Test
  void a_directory_that_cannot_be_used_is_refused() throws Exception {
    Path file = Files.writeString(temp.resolve("file"), "in the way");
    StorageException refused =
        assertThrows(StorageException.class, () -> builder().directory(file).open());
    assertTrue(refused.getMessage().contains(file.toString()));
    assertEquals("in the way", Files.readString(file));
  }

  @Test
  void directories_that_cannot_be_read_are_refused() throws Exception {
    Files.createDirectory(state);
    Files.setPosixFilePermissions(state, PosixFilePermissions.fromString("---------"));
    try {
      String said = OtherUser.run(temp, repository.directory(), state);
      assertTrue(said.contains(StorageException.class.getName()), said);
      assertTrue(said.contains(state.toString()), said);

      Files.setPosixFilePermissions(
          repository.directory(), PosixFilePermissions.fromString("rwx------"));
      said = OtherUser.run(temp, repository.directory(), temp.resolve("elsewhere"));
      assertTrue(said.contains(RepositoryException.class.getName()), said);
      assertFalse(Files.exists(temp.resolve("elsewhere")));
    } finally {
      Files.setPosixFilePermissions(state, PosixFilePermissions.fromString("rwx------"));
    }
  }

  @Test
  void everything_thrown_is_of_one_tree() {
    for (Class<?> type :
        List.of(
            InvalidRequestException.class,
            RepositoryException.class,
            StorageException.class,
            AgentUnavailableException.class,
            NotInitializedException.class)) {
      assertTrue(KugetsuException.class.isAssignableFrom(type));
    }
  }
}
