package io.kugetsu.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs the examples as a person would, on the demonstration agent: opencode is hidden from them.
 */
class QuickStartTest {
  private static final String CLASS_PATH =
      Stream.of(
              System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"))
                  .split(File.pathSeparator))
          .map(entry -> Path.of("").toAbsolutePath().relativize(Path.of(entry).toAbsolutePath()))
          .map(Path::toString)
          .collect(Collectors.joining(File.pathSeparator));

  @TempDir Path temp;
  private Path home;
  private Path scratch;

  private record Ended(int code, String output) {}

  @BeforeEach
  void make_a_home_of_somebody_who_signs_commits() throws IOException {
    home = Files.createDirectory(temp.resolve("home"));
    scratch = Files.createDirectory(temp.resolve("scratch"));
    Files.writeString(
        home.resolve(".gitconfig"),
        "[user]\n\tname = A\n\temail = a@example.org\n[commit]\n\tgpgSign = true\n"
            + "[gpg]\n\tprogram = false\n");
  }

  @Test
  void without_arguments_it_ends_with_a_commit_in_a_worktree_of_its_own_repository()
      throws Exception {
    Ended ended = run("QuickStart", "");

    assertEquals(0, ended.code(), ended.output());
    for (String said :
        List.of(
            "agent: the demonstration agent (opencode is not installed)",
            "status: COMPLETED",
            "answer: I am the demonstration agent, no model was asked.",
            "changes: 1 commit on kugetsu/local-quick-start-",
            "Demonstration: note what was asked for",
            "TASK_COMPLETED")) {
      assertTrue(ended.output().contains(said), ended.output());
    }
    assertTrue(Files.notExists(home.resolve(".kugetsu")), "its state is its own too");
  }

  @Test
  void a_given_repository_keeps_its_checkout_and_gets_a_branch_that_a_second_run_goes_on_with()
      throws Exception {
    Path shop = Files.createDirectory(temp.resolve("shop"));
    Git git = new Git(shop);
    git.run("init", "--quiet", "--initial-branch=main");
    git.run("commit", "--quiet", "--no-gpg-sign", "--allow-empty", "-m", "Begin");
    String head = git.run("rev-parse", "HEAD");

    for (int commits = 1; commits <= 2; commits++) {
      Ended ended = run("QuickStart", "", shop.toString());

      assertEquals(0, ended.code(), ended.output());
      assertEquals("", git.run("status", "--porcelain", "--ignored"));
      assertEquals(head, git.run("rev-parse", "HEAD"));
      assertEquals("main", git.run("branch", "--show-current"));
      assertEquals(
          Integer.toString(commits), git.run("rev-list", "--count", "--branches", "--not", "main"));
    }
    try (Stream<Path> left = Files.list(scratch)) {
      assertEquals(List.of(), left.filter(it -> it.toString().contains("quick-start")).toList());
    }
  }

  @Test
  void the_demonstration_agent_without_a_message_says_so() throws Exception {
    assertEquals(new Ended(2, "there is no message on standard input\n"), run("DemoAgent", " \n"));
  }

  private Ended run(String program, String input, String... arguments) throws Exception {
    List<String> argv =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djava.io.tmpdir=" + scratch,
                "-cp",
                CLASS_PATH,
                "io.kugetsu.examples." + program));
    argv.addAll(List.of(arguments));
    Path output = temp.resolve("output");
    ProcessBuilder builder = new ProcessBuilder(argv).redirectErrorStream(true);
    builder.redirectOutput(output.toFile());
    builder
        .environment()
        .keySet()
        .removeIf(it -> it.matches("(GIT|KUGETSU|JDK_JAVA|JAVA_TOOL)_.*"));
    builder.environment().put("HOME", home.toString());
    builder.environment().put("KUGETSU_OPENCODE", temp.resolve("none").toString());
    Process process = builder.start();
    try {
      try (var stdin = process.getOutputStream()) {
        stdin.write(input.getBytes(StandardCharsets.UTF_8));
      }
      assertTrue(process.waitFor(100, TimeUnit.SECONDS), program + " takes too long");
      return new Ended(process.exitValue(), Files.readString(output));
    } finally {
      process.destroyForcibly();
    }
  }
}
