package io.kugetsu.worktree.internal.setup;

import io.kugetsu.internal.Assignments;
import io.kugetsu.worktree.GitRepository;
import io.kugetsu.worktree.RepositoryException;
import io.kugetsu.worktree.RepositoryException.Problem;
import io.kugetsu.worktree.SetUpFile;
import io.kugetsu.worktree.internal.git.Hashes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Reads the commands that a checkout has for its worktrees. */
public final class SetUpReader {
  private static final int MOST_BYTES = 64 << 10;
  private static final String NOT_PLAIN =
      SetUpFile.NAME + " is not a plain file of at most " + MOST_BYTES + " bytes";

  private SetUpReader() {}

  /**
   * The commands of the checkout that a repository was opened in.
   *
   * @param repository the repository
   * @return the file; empty when there is none, or none with commands
   */
  public static Optional<SetUpFile> ofCheckout(GitRepository repository) {
    Path top =
        repository
            .topLevel()
            .orElseThrow(
                () ->
                    new RepositoryException(
                        repository.directory(),
                        Problem.NO_CHECKOUT,
                        "is in no checkout, so there is no " + SetUpFile.NAME));
    try {
      return read(top, repository.commonDirectory()).map(Text::file).filter(SetUpFile::hasCommands);
    } catch (IOException e) {
      throw new RepositoryException(top, Problem.NOT_READABLE, String.valueOf(e.getMessage()));
    }
  }

  /**
   * The file in a directory; empty when there is none.
   *
   * @throws IOException when it is not a plain file, or cannot be read
   */
  static Optional<Text> read(Path directory, Path repository) throws IOException {
    return readFile(directory.resolve(SetUpFile.NAME), repository);
  }

  static Optional<Text> readFile(Path file, Path repository) throws IOException {
    if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) || Files.size(file) > MOST_BYTES) {
      throw new IOException(NOT_PLAIN);
    }
    byte[] bytes = Files.readAllBytes(file);
    Map<String, String> values = new HashMap<>();
    new String(bytes, StandardCharsets.UTF_8)
        .lines()
        .filter(line -> !Assignments.isEmpty(line))
        .flatMap(line -> Assignments.parse(line).stream())
        .forEach(assignment -> values.put(assignment.key(), assignment.value()));
    return Optional.of(
        new Text(
            bytes,
            new SetUpFile(
                repository,
                Hashes.sha256(bytes),
                command(values, "SETUP_COMMAND"),
                command(values, "TEARDOWN_COMMAND"))));
  }

  private static Optional<String> command(Map<String, String> values, String key) {
    return Optional.ofNullable(values.get(key)).filter(command -> !command.isBlank());
  }

  /**
   * A file as it was read.
   *
   * @param bytes what is in it
   * @param file the commands in it
   */
  record Text(byte[] bytes, SetUpFile file) {}
}
