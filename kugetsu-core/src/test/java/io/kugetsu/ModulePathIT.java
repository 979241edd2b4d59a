package io.kugetsu;

import static java.util.stream.Collectors.toCollection;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Uses the packed jar as a stranger's module does: with what the jar needs on the module path,
 * without the annotations of jspecify, which it does not need.
 */
class ModulePathIT {
  private static final String MODULE = "io.kugetsu.core";

  /** The jar under test, and the other jars that a consumer gets with it, from the build. */
  private static final Path JAR = Path.of(System.getProperty("kugetsu.jar", "no jar given"));

  private static final List<String> NEEDED =
      Arrays.stream(System.getProperty("kugetsu.needed", "").split(File.pathSeparator))
          .filter(jar -> !Path.of(jar).getFileName().toString().startsWith("jspecify"))
          .toList();

  @TempDir Path directory;
  private String modulePath;

  private record Ended(int code, String output) {}

  @BeforeEach
  void findTheJars() {
    assertTrue(Files.isRegularFile(JAR), () -> JAR + " is packed before integration tests run");
    modulePath = JAR + File.pathSeparator + String.join(File.pathSeparator, NEEDED);
  }

  @Test
  void aConsumerModuleCompilesAndRuns() throws Exception {
    writeConsumer("");

    Ended compiled = compileConsumer();
    Ended run =
        start(
            "java",
            "--module-path",
            modulePath + File.pathSeparator + directory.resolve("out"),
            "--module",
            "consumer/consumer.Main",
            aHiddenClass());

    assertEquals(new Ended(0, ""), compiled);
    List<String> lines = run.output().lines().toList();
    assertEquals(0, run.code(), run.output());
    assertEquals("module " + MODULE, lines.get(0));
    assertEquals("exports " + exportsOf(descriptor()), lines.get(1));
    assertTrue(lines.get(2).matches("id tsk_[0-9a-z]{19}"), run.output());
    assertEquals("closed", lines.get(3));
    assertEquals(4, lines.size(), run.output());
  }

  @Test
  void aConsumerCannotNameWhatIsHidden() throws Exception {
    writeConsumer("import " + aHiddenClass() + ";");

    Ended compiled = compileConsumer();

    assertNotEquals(0, compiled.code());
    assertTrue(compiled.output().contains("not visible"), compiled.output());
  }

  @Test
  void theModuleAsksForNoMoreThanItNeeds() {
    Set<String> mandatory =
        descriptor().requires().stream()
            .filter(r -> !r.modifiers().contains(ModuleDescriptor.Requires.Modifier.STATIC))
            .map(ModuleDescriptor.Requires::name)
            .filter(name -> !name.startsWith("java."))
            .collect(toCollection(TreeSet::new));

    assertEquals(
        Set.of("org.apache.commons.exec", "org.slf4j", "tools.jackson.databind"), mandatory);
    assertTrue(descriptor().exports().stream().noneMatch(e -> e.source().endsWith(".internal")));
    assertTrue(!descriptor().isAutomatic() && !descriptor().isOpen());
  }

  private void writeConsumer(String extraImport) throws IOException {
    Path sources = Files.createDirectories(directory.resolve("src/consumer"));
    Files.writeString(
        directory.resolve("src/module-info.java"), "module consumer { requires " + MODULE + "; }");
    Files.writeString(
        sources.resolve("Main.java"),
        """
        package consumer;

        import io.kugetsu.common.TaskId;
        import java.lang.module.ModuleDescriptor;
        import java.lang.reflect.InaccessibleObjectException;
        import java.lang.reflect.Method;
        import java.time.Clock;
        import java.util.TreeSet;
        %s

        final class Main {
          public static void main(String[] args) throws Exception {
            Module module = TaskId.class.getModule();
            TreeSet<String> exports = new TreeSet<>();
            for (ModuleDescriptor.Exports export : module.getDescriptor().exports()) {
              exports.add(export.source());
            }
            System.out.println("module " + module.getName());
            System.out.println("exports " + exports);
            System.out.println("id " + TaskId.next(Clock.systemUTC()));
            Method method = Class.forName(args[0]).getDeclaredMethods()[0];
            try {
              method.setAccessible(true);
              System.out.println("open");
            } catch (InaccessibleObjectException closed) {
              System.out.println("closed");
            }
          }
        }
        """
            .formatted(extraImport));
  }

  private Ended compileConsumer() throws Exception {
    return start(
        "javac",
        "-Xlint:all",
        "-Werror",
        "--release",
        "17",
        "--module-path",
        modulePath,
        "-d",
        directory.resolve("out").toString(),
        directory.resolve("src/module-info.java").toString(),
        directory.resolve("src/consumer/Main.java").toString());
  }

  private static ModuleDescriptor descriptor() {
    return ModuleFinder.of(JAR).find(MODULE).orElseThrow().descriptor();
  }

  private static Set<String> exportsOf(ModuleDescriptor module) {
    return module.exports().stream()
        .map(ModuleDescriptor.Exports::source)
        .collect(toCollection(TreeSet::new));
  }

  /** A public type of a package that is not exported, with a method of its own. */
  private static String aHiddenClass() throws IOException, ClassNotFoundException {
    Set<String> exports = exportsOf(descriptor());
    List<String> names;
    try (JarFile jar = new JarFile(JAR.toFile());
        Stream<String> entries = jar.stream().map(entry -> entry.getName())) {
      names =
          entries
              .filter(name -> name.startsWith("io/kugetsu/") && name.endsWith(".class"))
              .filter(name -> !name.contains("$") && !name.endsWith("-info.class"))
              .map(name -> name.substring(0, name.length() - ".class".length()).replace('/', '.'))
              .filter(name -> !exports.contains(name.substring(0, name.lastIndexOf('.'))))
              .sorted()
              .toList();
    }
    for (String name : names) {
      Class<?> type = Class.forName(name, false, ModulePathIT.class.getClassLoader());
      if (Modifier.isPublic(type.getModifiers()) && type.getDeclaredMethods().length > 0) {
        return name;
      }
    }
    throw new AssertionError("every package is exported");
  }

  /** Runs a tool of the JDK that runs this test. */
  private Ended start(String tool, String... arguments) throws Exception {
    Path output = Files.createTempFile(directory, tool, ".out");
    ProcessBuilder builder =
        new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", tool).toString());
    builder.command().addAll(List.of(arguments));
    builder.environment().remove("JDK_JAVA_OPTIONS");
    Process process = builder.redirectErrorStream(true).redirectOutput(output.toFile()).start();
    try {
      assertTrue(process.waitFor(60, TimeUnit.SECONDS), tool + " takes too long");
    } finally {
      process.destroyForcibly();
    }
    return new Ended(process.exitValue(), Files.readString(output));
  }
}
