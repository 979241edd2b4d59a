package io.kugetsu.session;

import io.kugetsu.common.KugetsuException;
import java.io.Serial;
import java.nio.file.Path;

/** The repository was never initialised in this directory. Nothing was changed. */
public final class NotInitializedException extends KugetsuException {
  @Serial private static final long serialVersionUID = 1L;

  private final String repository;

  /**
   * Makes one.
   *
   * @param repository the repository
   * @param directory kugetsu's directory
   */
  public NotInitializedException(Path repository, Path directory) {
    super(repository + " is not initialised in " + directory + "; call init() once");
    this.repository = repository.toString();
  }

  /** {@return the repository} */
  public Path repository() {
    return Path.of(repository);
  }
}
