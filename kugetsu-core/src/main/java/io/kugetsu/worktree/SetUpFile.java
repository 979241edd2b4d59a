package io.kugetsu.worktree;

import io.kugetsu.worktree.internal.setup.SetUpReader;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/**
 * The commands that a repository wants run for each of its worktrees, as they stand in the file
 * {@value #NAME} at the top of its checkout: lines {@code SETUP_COMMAND=…} and {@code
 * TEARDOWN_COMMAND=…}. The file is parsed, never given to a shell; other lines in it do not count
 * here. A command is split into words at blanks, with quotes and backslashes as in a shell and
 * nothing else of it: who wants more writes {@code sh -c '…'}.
 *
 * @param repository the repository, as in {@link GitRepository#commonDirectory()}
 * @param sha256 the hash of the whole file, in hex
 * @param setUp what is run when a worktree was made; empty when there is nothing to run
 * @param tearDown what is run before a worktree is removed; empty when there is nothing to run
 */
public record SetUpFile(
    Path repository, String sha256, Optional<String> setUp, Optional<String> tearDown) {
  /** The name of the file. */
  public static final String NAME = ".kugetsu.conf";

  /** Requires everything. */
  public SetUpFile {
    Objects.requireNonNull(repository, "repository");
    Objects.requireNonNull(sha256, "sha256");
    Objects.requireNonNull(setUp, "setUp");
    Objects.requireNonNull(tearDown, "tearDown");
  }

  /**
   * Reads the file of a checkout, to be shown to a person and then given to {@link
   * SetUpTrust.Remembered#trust}.
   *
   * @param checkout a path in the checkout
   * @return the file; empty when there is none, or none with commands
   * @throws RepositoryException when the path is not in a checkout, or the file is no plain file of
   *     at most 64 KiB
   */
  public static Optional<SetUpFile> of(Path checkout) {
    return SetUpReader.ofCheckout(GitRepository.open(checkout));
  }

  /** {@return whether there is anything to run} */
  public boolean hasCommands() {
    return setUp.isPresent() || tearDown.isPresent();
  }
}
