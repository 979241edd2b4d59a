package io.kugetsu.task;

import io.kugetsu.support.ChildProgram;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Programs that run {@link ManagerMain}. */
final class ChildManager {
  private ChildManager() {}

  static ChildProgram start(String mode, Path directory, Object... arguments) throws IOException {
    return ChildProgram.start(ManagerMain.class, all(mode, directory, arguments));
  }

  /** The same under a terminal of its own. */
  static ChildProgram inTerminal(String mode, Path directory, Object... arguments)
      throws IOException {
    return ChildProgram.inTerminal(ManagerMain.class, all(mode, directory, arguments));
  }

  private static Object[] all(String mode, Path directory, Object... arguments) {
    return Stream.concat(Stream.of(mode, directory), Stream.of(arguments)).toArray();
  }
}
