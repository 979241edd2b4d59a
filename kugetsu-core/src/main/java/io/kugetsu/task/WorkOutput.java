package io.kugetsu.task;

import io.kugetsu.common.Experimental;
import io.kugetsu.process.OutputPage;
import java.nio.file.Path;
import java.util.Optional;

/** What some work has written, wherever it is kept. Thread-safe; reading never waits. */
@Experimental
public interface WorkOutput {
  /** {@return how many bytes were written so far} */
  long size();

  /**
   * A page, secrets masked.
   *
   * @param from the first byte; what is not kept any more is skipped
   * @param maxBytes how much at most
   * @return the page
   */
  OutputPage read(long from, int maxBytes);

  /** {@return the file that holds all of it, or empty} */
  Optional<Path> file();
}
