package io.kugetsu.internal;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** How a command gets a session of its own, so that no terminal's end or key reaches it. */
public final class OwnSession {
  private static final List<Path> PLACES = List.of(Path.of("/bin"), Path.of("/usr/bin"));
  private static final String PERL =
      "use POSIX qw(setsid); setsid(); exec {$ARGV[0]} @ARGV; exit 127";

  private OwnSession() {}

  /** {@return the words to put in front of the command; none where it gets no session} */
  public static List<String> words() {
    return find("setsid")
        .map(List::of)
        .or(() -> find("perl").map(perl -> List.of(perl, "-e", PERL)))
        .orElse(List.of());
  }

  /**
   * Looks for a program of the system.
   *
   * @param program its name
   * @return its path
   */
  public static Optional<String> find(String program) {
    return PLACES.stream()
        .map(place -> place.resolve(program))
        .filter(Files::isExecutable)
        .map(Path::toString)
        .findFirst();
  }
}
