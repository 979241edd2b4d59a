package io.kugetsu.limit.internal;

import io.kugetsu.engine.Headroom;
import io.kugetsu.limit.AdmissionGate;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the memory that the machine has available, and at what the control groups (version 2)
 * around this program leave of their limits.
 */
public final class FreeMemoryGate implements AdmissionGate {
  private static final String AVAILABLE = "MemAvailable:";
  private static final String OF_GROUP = "0::/";

  private final Path proc;
  private final Path groups;
  private final Share share;

  /**
   * Makes the gate.
   *
   * @param bytesEach how much for each agent
   */
  public FreeMemoryGate(long bytesEach) {
    this(bytesEach, Path.of("/proc"), Path.of("/sys/fs/cgroup"));
  }

  FreeMemoryGate(long bytesEach, Path proc, Path groups) {
    this.share = new Share(bytesEach, "memory");
    this.proc = proc;
    this.groups = groups;
  }

  @Override
  public Headroom look() {
    Headroom least = Headroom.ANY;
    OptionalLong machine = available();
    if (machine.isPresent()) {
      least = share.of(machine.getAsLong());
    }
    // any of the groups above may be the narrow one
    @Nullable Path group = group();
    while (group != null && group.startsWith(groups)) {
      OptionalLong left = left(group);
      if (left.isPresent()) {
        least = least.or(share.of(left.getAsLong()));
      }
      group = group.getParent();
    }
    return least;
  }

  private OptionalLong available() {
    return lines(proc.resolve("meminfo")).stream()
        .filter(line -> line.startsWith(AVAILABLE))
        .map(line -> line.substring(AVAILABLE.length()).replace("kB", "").strip())
        .mapToLong(kib -> Long.parseLong(kib) * 1024)
        .findFirst();
  }

  private Path group() {
    return lines(proc.resolve("self/cgroup")).stream()
        .filter(line -> line.startsWith(OF_GROUP))
        .map(line -> groups.resolve(line.substring(OF_GROUP.length())).normalize())
        .findFirst()
        .orElse(groups);
  }

  /** What a group's limit leaves; what it only holds of files can be had back. */
  private static OptionalLong left(Path group) {
    OptionalLong most = number(group.resolve("memory.max"));
    OptionalLong used = number(group.resolve("memory.current"));
    if (most.isEmpty() || used.isEmpty()) {
      return OptionalLong.empty();
    }
    long files =
        lines(group.resolve("memory.stat")).stream()
            .filter(line -> line.startsWith("inactive_file "))
            .mapToLong(line -> Long.parseLong(line.substring("inactive_file ".length())))
            .findFirst()
            .orElse(0);
    return OptionalLong.of(most.getAsLong() - used.getAsLong() + files);
  }

  /** Empty also for a limit of {@code max}, which is none. */
  private static OptionalLong number(Path file) {
    List<String> lines = lines(file);
    return lines.isEmpty() || !lines.get(0).matches("\\d{1,18}")
        ? OptionalLong.empty()
        : OptionalLong.of(Long.parseLong(lines.get(0)));
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return List.of(); // this system does not tell
    }
  }
}
