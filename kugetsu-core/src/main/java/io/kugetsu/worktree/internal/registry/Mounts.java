package io.kugetsu.worktree.internal.registry;

import io.kugetsu.worktree.internal.git.RawPath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** Other file systems that are mounted somewhere; Linux tells. */
public final class Mounts {
  private static final Path LIST = Path.of("/proc/self/mountinfo");
  private static final int POINT = 4;

  private Mounts() {}

  /** The first one that is mounted at a directory or below it. */
  public static Optional<String> firstIn(Path directory) throws IOException {
    if (!Files.isReadable(LIST)) {
      return Optional.empty();
    }
    String place = escaped(RawPath.raw(directory.toString()));
    try (Stream<String> mounts = Files.lines(LIST, StandardCharsets.ISO_8859_1)) {
      return mounts
          .map(line -> line.split(" ")[POINT])
          .filter(point -> point.equals(place) || point.startsWith(place + "/"))
          .findFirst();
    }
  }

  /** As the kernel writes it there. */
  private static String escaped(String raw) {
    return raw.replace("\\", "\\134")
        .replace(" ", "\\040")
        .replace("\t", "\\011")
        .replace("\n", "\\012");
  }
}
