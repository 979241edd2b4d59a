package io.kugetsu.process;

import io.kugetsu.internal.OwnSession;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How the supervisor is started on this machine. Immutable. */
final class Supervisor {
  /** How long a foreground run may take to end after its owner has. */
  static final Duration CUT_GRACE = Duration.ofSeconds(2);

  private static final Logger LOG = LoggerFactory.getLogger(Supervisor.class);
  private static final Pattern SHELL_NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
  private static final String TEXT = readText();

  private final String shell;
  private final List<String> session;

  /**
   * Makes one.
   *
   * @param shell the shell that runs it
   * @param session the words in front that give it a session of its own; none where it gets none
   */
  Supervisor(String shell, List<String> session) {
    this.shell = shell;
    this.session = List.copyOf(session);
  }

  /** The one for this machine; empty where there is no such shell. */
  static Optional<Supervisor> ofThisMachine() {
    return OwnSession.find("sh").map(shell -> new Supervisor(shell, OwnSession.words()));
  }

  /** Whether its runs have a session of their own. */
  boolean makesSessions() {
    return !session.isEmpty();
  }

  /** The words that start a run. */
  List<String> words(ProcessSpec spec, Path directory, List<String> command) {
    List<String> words = new ArrayList<>(session);
    words.addAll(shellFor(spec));
    words.addAll(List.of("-c", TEXT, "sup"));
    Path permit = directory.resolve(RunDirectory.PERMIT);
    // Not of the run's own path, which would keep its text for as long as the run lives.
    words.add(permit.resolveSibling("").toString());
    words.add(mode(spec));
    words.add(permit.toString());
    words.add(spec.wakeFile().map(Path::toString).orElse(""));
    words.addAll(command);
    return words;
  }

  private String mode(ProcessSpec spec) {
    if (!makesSessions()) {
      return "plain";
    }
    return spec.foreground() ? "own-reap-fg" + CUT_GRACE.toSeconds() : "own-reap";
  }

  /**
   * Some shells, dash for one, lose variables whose names they could not assign to, and end at once
   * when OPTIND is no number; bash does neither.
   */
  private List<String> shellFor(ProcessSpec spec) {
    Map<String, String> environment = spec.environment();
    List<String> lost =
        environment.keySet().stream()
            .filter(name -> !SHELL_NAME.matcher(name).matches() || name.equals("OPTIND"))
            .toList();
    if (lost.isEmpty()) {
      return untouched(shell);
    }
    Optional<String> bash = OwnSession.find("bash");
    if (bash.isEmpty()) {
      LOG.warn("{} may not be given its variables {}: bash is missing", spec, lost);
    }
    return untouched(bash.orElse(shell));
  }

  /**
   * A bash takes functions and options from the environment, which is the command's and not meant
   * for it, and runs what BASH_ENV names; but not when it is told that it is privileged.
   */
  private static List<String> untouched(String shell) {
    try {
      boolean isBash = Path.of(shell).toRealPath().endsWith("bash");
      return isBash ? List.of(shell, "-p") : List.of(shell);
    } catch (IOException e) {
      return List.of(shell);
    }
  }

  private static String readText() {
    try (InputStream in = Supervisor.class.getResourceAsStream("supervisor.sh")) {
      if (in == null) {
        throw new IllegalStateException("supervisor.sh is missing in the library");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#") && !line.isBlank())
          .collect(Collectors.joining("\n"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
