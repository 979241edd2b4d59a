package io.kugetsu.engine.internal;

import io.kugetsu.common.StorageException;
import java.io.Serial;

/** A record made no sense and has another name now. Never leaves the package. */
final class SetAsideException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  private final StorageException problem;

  SetAsideException(StorageException problem) {
    super(problem.getMessage(), problem);
    this.problem = problem;
  }

  StorageException problem() {
    return problem;
  }
}
