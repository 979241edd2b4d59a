package io.kugetsu.support;

import io.kugetsu.Kugetsu;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * Opens kugetsu in a JVM that may not do everything: as {@code nobody} where the tests run as root,
 * who is refused nothing, else as the user who runs them.
 */
public final class OtherUser {
  private static final String NOBODY = "65534";

  private OtherUser() {}

  /** What the attempt said: the exception, or that it opened. */
  public static String run(Path temp, Path repository, Path state) throws Exception {
    return run(temp, Attempt.class, repository, state);
  }

  /** What a program said, on both of its streams. */
  public static String run(Path temp, Class<?> main, Object... arguments) throws Exception {
    List<String> argv = new ArrayList<>();
    String classes = ClassPath.current();
    if (System.getProperty("user.name").equals("root")) {
      Assumptions.assumeTrue(
          Stream.of("/usr/bin/setpriv", "/bin/setpriv").anyMatch(it -> Files.exists(Path.of(it))),
          "the tests run as root and setpriv is missing");
      argv.addAll(List.of("setpriv", "--reuid", NOBODY, "--regid", NOBODY, "--clear-groups", "--"));
      Files.setPosixFilePermissions(temp, PosixFilePermissions.fromString("rwxrwxrwx"));
      classes = ClassPath.copied(temp.resolve("classes"));
    }
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    argv.addAll(List.of(java, "-XX:TieredStopAtLevel=1", "-cp", classes, main.getName()));
    Stream.of(arguments).map(Object::toString).forEach(argv::add);
    ProcessBuilder builder = new ProcessBuilder(argv).redirectErrorStream(true);
    Path home = Files.createDirectories(temp.resolve("home"));
    Files.writeString(home.resolve(".gitconfig"), "[safe]\n\tdirectory = *\n");
    builder.environment().put("HOME", home.toString());
    Process process = builder.start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return said;
  }

  /** The program that the other user runs. */
  public static final class Attempt {
    private Attempt() {}

    public static void main(String[] args) {
      try (Kugetsu kugetsu = Kugetsu.builder(Path.of(args[0])).directory(Path.of(args[1])).open()) {
        System.out.println("opened " + kugetsu.directory());
      } catch (RuntimeException e) {
        System.out.println(e);
      }
    }
  }
}
