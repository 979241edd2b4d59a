package io.kugetsu.process;

import io.kugetsu.process.ProcessStartException.Kind;
import java.io.File;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What has to be known and checked before the JDK may start a program. */
final class Launch {
  private static final Logger LOG = LoggerFactory.getLogger(Launch.class);
  private static final boolean WINDOWS =
      System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("windows");
  private static final Pattern ERRNO = Pattern.compile("error[=:] ?(\\d+)");
  private static final String DEFAULT_PATH = "/bin:/usr/bin";
  private static final int FIRST_JDK_WITH_NATIVE_CHARSET = 18;

  private Launch() {}

  /**
   * The words to execute: the command, with its priority and its box in front. The program that
   * comes first is looked for here, since the JDK alone would search this program's own PATH; what
   * a wrapper runs is the wrapper's to find.
   */
  static List<String> words(ProcessSpec spec) {
    if (!Files.isDirectory(spec.directory())) {
      throw failure(
          spec, Kind.NO_DIRECTORY, "the working directory is missing or no directory", null);
    }
    List<String> words = new ArrayList<>();
    if (spec.nice() > 0) {
      words.addAll(List.of(file(spec, "nice", DEFAULT_PATH), "-n", Integer.toString(spec.nice())));
    }
    int first = words.size();
    words.addAll(spec.wrapper());
    words.addAll(spec.argv());
    String path = spec.environment().getOrDefault("PATH", DEFAULT_PATH);
    words.set(first, file(spec, words.get(first), path));
    return words;
  }

  private static String file(ProcessSpec spec, String program, String path) {
    if (WINDOWS || program.indexOf('/') >= 0) {
      return program;
    }
    Path refused = null;
    for (String entry : path.split(":", -1)) {
      Path file = spec.directory().resolve(entry).resolve(program);
      if (Files.isRegularFile(file)) {
        if (Files.isExecutable(file)) {
          return file.toString();
        }
        refused = file;
      }
    }
    if (refused != null) {
      throw failure(spec, Kind.NOT_EXECUTABLE, refused + " may not be executed", null);
    }
    throw failure(
        spec, Kind.NOT_FOUND, program + " is in no directory of the PATH it would be given", null);
  }

  /** The environment with what the runner adds. */
  static Map<String, String> environment(ProcessSpec spec) throws IOException {
    Map<String, String> environment = new HashMap<>(spec.environment());
    Path directory = spec.directory();
    boolean plain = directory.equals(directory.normalize());
    environment.put("PWD", (plain ? directory : directory.toRealPath()).toString());
    environment.put(ProcessSpec.MARKER_VARIABLE, spec.marker());
    return environment;
  }

  /** A process whose outputs are one pipe, and that reads nothing unless it is given something. */
  static ProcessBuilder onPipes(ProcessSpec spec, List<String> words) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(words).directory(spec.directory().toFile());
    // It begins as a copy of this program's own.
    builder.environment().clear();
    builder.environment().putAll(environment(spec));
    builder.redirectErrorStream(true);
    if (spec.stdin().isEmpty()) {
      builder.redirectInput(noInput());
    }
    return builder;
  }

  /** An open stream of nothing. */
  static ProcessBuilder.Redirect noInput() {
    return ProcessBuilder.Redirect.from(new File(WINDOWS ? "NUL" : "/dev/null"));
  }

  /** Refuses words that this JVM would hand over as question marks. */
  static void checkEncoding(ProcessSpec spec, List<String> words) {
    Charset charset = nativeCharset();
    if (charset.equals(StandardCharsets.UTF_8)) {
      return;
    }
    for (int i = 0; i < words.size(); i++) {
      if (!charset.newEncoder().canEncode(words.get(i))) {
        throw failure(
            spec,
            Kind.OTHER,
            "word "
                + i
                + " of its command line cannot be written in "
                + charset
                + ", the character set of this JVM; start the JVM in a UTF-8 locale",
            null);
      }
    }
    spec.environment()
        .forEach(
            (name, value) -> {
              if (!charset.newEncoder().canEncode(value)) {
                LOG.warn("variable {} cannot be written in {}: it is garbled", name, charset);
              }
            });
  }

  /** What the JDK's word for a failed start means. */
  static ProcessStartException failure(ProcessSpec spec, IOException e) {
    String message = e.getMessage() == null ? "" : e.getMessage();
    Matcher matcher = ERRNO.matcher(message);
    String errno = matcher.find() ? matcher.group(1) : "";
    return switch (errno) {
      case "2" -> failure(spec, Kind.NOT_FOUND, "there is no such program or interpreter", e);
      case "13" -> failure(spec, Kind.NOT_EXECUTABLE, "it may not be executed", e);
      case "8" -> failure(spec, Kind.NOT_EXECUTABLE, "it is no program of this machine", e);
      case "7" ->
          failure(
              spec,
              Kind.OTHER,
              "its arguments or its environment are too long; hand long texts over by its input",
              e);
      default -> failure(spec, Kind.OTHER, "the system refused", e);
    };
  }

  static ProcessStartException failure(
      ProcessSpec spec, Kind kind, String problem, @Nullable Throwable e) {
    return new ProcessStartException(kind, spec.argv().get(0), spec.directory(), problem, e);
  }

  private static Charset nativeCharset() {
    String name = System.getProperty("sun.jnu.encoding");
    boolean known = name != null && Charset.isSupported(name);
    return known && Runtime.version().feature() >= FIRST_JDK_WITH_NATIVE_CHARSET
        ? Charset.forName(name)
        : Charset.defaultCharset();
  }
}
