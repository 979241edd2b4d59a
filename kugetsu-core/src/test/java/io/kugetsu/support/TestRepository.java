package io.kugetsu.support;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** A real git repository with one commit. */
public final class TestRepository {
  /** Names the test JVM that a process comes from, however many were between. */
  static final String TEST_VARIABLE = "KUGETSU_TEST_JVM";

  static final String TEST_JVM =
      Optional.ofNullable(System.getenv(TEST_VARIABLE)).orElse(UUID.randomUUID().toString());

  /**
   * What every agent of a test gets: with it git works on a machine where nobody configured it, and
   * what is left behind is found.
   */
  public static final Map<String, String> IDENTITY =
      Map.of(
          TEST_VARIABLE,
          TEST_JVM,
          "GIT_AUTHOR_NAME",
          "Test",
          "GIT_AUTHOR_EMAIL",
          "test@example.invalid",
          "GIT_COMMITTER_NAME",
          "Test",
          "GIT_COMMITTER_EMAIL",
          "test@example.invalid");

  private final Path directory;

  private TestRepository(Path directory) {
    this.directory = directory;
  }

  /** Makes one with a file and the remote {@code github.com/acme/shop}. */
  public static TestRepository create(Path directory) throws Exception {
    Files.createDirectories(directory);
    TestRepository repository = new TestRepository(directory);
    repository.git("init", "--quiet", "--initial-branch=main");
    repository.git("remote", "add", "origin", "https://github.com/acme/shop.git");
    Files.writeString(directory.resolve("README.md"), "# A shop\n");
    Files.writeString(directory.resolve(".gitignore"), "*.ignored\n");
    repository.git("add", ".");
    repository.git("commit", "--quiet", "-m", "Begin");
    return repository;
  }

  public Path directory() {
    return directory;
  }

  /** Runs git here. */
  public String git(String... arguments) throws Exception {
    return git(directory, arguments);
  }

  /** Runs git anywhere. */
  public static String git(Path where, String... arguments) throws Exception {
    List<String> argv = new ArrayList<>(List.of("git"));
    argv.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(argv).directory(where.toFile()).redirectErrorStream(true);
    builder.environment().putAll(IDENTITY);
    Process process = builder.start();
    process.getOutputStream().close();
    String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    if (process.waitFor() != 0) {
      throw new IOException("git " + argv + ": " + output);
    }
    return output;
  }
}
