package io.kugetsu.support;

import io.kugetsu.Kugetsu;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** What a JVM that a test starts needs to find the library and the tests. */
public final class ClassPath {
  private ClassPath() {}

  /** The class path of this JVM, with what it has on its module path. */
  public static String current() {
    return String.join(File.pathSeparator, entries());
  }

  /** The same, copied to a place that every user may read. */
  public static String copied(Path directory) throws IOException {
    List<String> copies = new ArrayList<>();
    Files.createDirectories(directory);
    for (String entry : entries()) {
      Path from = Path.of(entry);
      Path to = directory.resolve(copies.size() + "-" + from.getFileName());
      copy(from, to);
      copies.add(to.toString());
    }
    return String.join(File.pathSeparator, copies);
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path each : all.toList()) {
        Path copy = to.resolve(from.relativize(each).toString());
        if (Files.isDirectory(each)) {
          Files.createDirectories(copy);
        } else {
          Files.write(copy, Files.readAllBytes(each));
        }
      }
    }
  }

  private static Set<String> entries() {
    Set<String> entries = new LinkedHashSet<>();
    for (String property :
        List.of("java.class.path", "jdk.module.path", "surefire.test.class.path")) {
      for (String entry : System.getProperty(property, "").split(File.pathSeparator)) {
        if (!entry.isEmpty() && Files.exists(Path.of(entry))) {
          entries.add(entry);
        }
      }
    }
    // surefire patches the tests into the library's module: then they are on neither path
    entries.add(home(ClassPath.class));
    entries.add(home(Kugetsu.class));
    return entries;
  }

  /** The directory or jar that a class was really read from. */
  private static String home(Class<?> type) {
    String name = type.getName().replace('.', '/') + ".class";
    String url = String.valueOf(type.getResource("/" + name));
    String place = url.substring(0, url.length() - name.length());
    return place.startsWith("jar:")
        ? Path.of(URI.create(place.substring("jar:".length(), place.length() - 2))).toString()
        : Path.of(URI.create(place)).toString();
  }
}
