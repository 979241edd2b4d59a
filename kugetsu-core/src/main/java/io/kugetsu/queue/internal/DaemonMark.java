package io.kugetsu.queue.internal;

import io.kugetsu.internal.ProcessFacts;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a background dispatcher tells about itself in its file: the first line is its process, as
 * everybody expects of such a file, the others tell it from a later one with the same number.
 *
 * @param pid its process
 * @param startTicks when that began
 * @param bootId the boot it belongs to
 * @param since when it was started, for people
 * @param idle how long it stays with nothing to do; zero for ever
 * @param serving false once it hands out nothing any more and is about to end
 */
public record DaemonMark(
    long pid, long startTicks, String bootId, Instant since, Duration idle, boolean serving) {
  /**
   * The mark of a process.
   *
   * @param pid the process, which lives
   * @param since when it was started
   * @param idle how long it stays with nothing to do; zero for ever
   * @return its mark
   */
  public static DaemonMark of(long pid, Instant since, Duration idle) {
    long ticks = ProcessFacts.startTicks(pid).orElse(0);
    return new DaemonMark(pid, ticks, ProcessFacts.bootId(), since, idle, true);
  }

  /** {@return whether exactly that process lives} */
  public boolean lives() {
    return ProcessFacts.isAlive(pid, startTicks, bootId);
  }

  /**
   * Whether it is about the same process.
   *
   * @param other another mark
   * @return whether both tell of one process
   */
  public boolean isSameProcess(DaemonMark other) {
    return pid == other.pid && startTicks == other.startTicks && bootId.equals(other.bootId);
  }

  /** {@return the same, about to end} */
  public DaemonMark ending() {
    return new DaemonMark(pid, startTicks, bootId, since, idle, false);
  }

  /** {@return the file's content} */
  public byte[] print() {
    String text =
        pid
            + "\nstart="
            + startTicks
            + "\nboot="
            + bootId
            + "\nsince="
            + since
            + "\nidle="
            + idle
            + "\nstate="
            + (serving ? "serving" : "ending")
            + "\n";
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Reads a file's content.
   *
   * @param content the content
   * @return the mark; empty when it is none, which is that of nobody
   */
  public static Optional<DaemonMark> parse(byte[] content) {
    Map<String, String> fields = new HashMap<>();
    String text = new String(content, StandardCharsets.UTF_8);
    text.lines()
        .skip(1)
        .map(line -> line.split("=", 2))
        .filter(field -> field.length == 2)
        .forEach(field -> fields.put(field[0], field[1]));
    try {
      return Optional.of(
          new DaemonMark(
              Long.parseLong(text.lines().findFirst().orElse("")),
              Long.parseLong(fields.getOrDefault("start", "")),
              fields.getOrDefault("boot", ""),
              Instant.parse(fields.getOrDefault("since", "")),
              Duration.parse(fields.getOrDefault("idle", "")),
              "serving".equals(fields.get("state"))));
    } catch (NumberFormatException | DateTimeParseException e) {
      return Optional.empty();
    }
  }
}
