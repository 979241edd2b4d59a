package io.kugetsu.support;

import io.kugetsu.model.ModelServer;
import io.kugetsu.model.OpencodeHome;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** The real opencode with a home of its own, where it is installed. */
public final class Opencode {
  private static final String VARIABLE = "KUGETSU_OPENCODE";

  private Opencode() {}

  /** The program; where it is missing, the test is skipped and says so. */
  public static Path program() {
    Optional<Path> found =
        Stream.concat(
                Stream.ofNullable(System.getenv(VARIABLE)),
                Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                    .map(place -> place + "/opencode"))
            .map(Path::of)
            .filter(Files::isExecutable)
            .findFirst();
    Assumptions.assumeTrue(
        found.isPresent(),
        "opencode is not installed: npm install -g opencode-ai@1.18, or name it in " + VARIABLE);
    return found.get().toAbsolutePath();
  }

  /**
   * Everything a run needs to talk to the scripted model; the catalogue is the adapter's to choose.
   */
  public static Map<String, String> environment(Path temp, ModelServer server) throws Exception {
    Map<String, String> variables =
        new HashMap<>(OpencodeHome.in(temp).environment(server.baseUrl(), System.getenv("PATH")));
    variables.remove("OPENCODE_MODELS_PATH");
    variables.put("KUGETSU_MODEL", OpencodeHome.MODEL);
    variables.putAll(TestRepository.IDENTITY);
    return variables;
  }
}
