package io.kugetsu.process;

import io.kugetsu.common.StorageException;
import io.kugetsu.internal.ProcessFacts;
import io.kugetsu.process.ProcessTrees.Member;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashSet;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the lines of a run's status file say. A line counts once it has its end; what stands earlier
 * decides over what stands later.
 */
final class RunStatus {
  /** Who asked for a stop. */
  static final String REQUESTED = "requested";

  static final String OUTPUT_LIMIT = "output-limit";
  static final String MEMORY_LIMIT = "memory-limit";

  /** How {@code ps} writes a start time, with its blanks replaced. */
  private static final DateTimeFormatter PS_START =
      DateTimeFormatter.ofPattern("EEE_MMM_d_HH:mm:ss_yyyy", Locale.ROOT);

  /** The text has whole seconds, what the system says has not. */
  private static final long PS_MILLIS = 2_000;

  private final Path file;
  private final Set<String> stopReasons = new HashSet<>();
  private @Nullable Member supervisor;
  private long group;
  private boolean refused;
  private boolean detached;
  private boolean cut;
  private boolean cutBeforeExit;
  private OptionalInt code = OptionalInt.empty();
  private long exitTicks = -1;

  private RunStatus(Path file) {
    this.file = file;
  }

  static RunStatus parse(Path file, byte[] bytes) {
    RunStatus status = new RunStatus(file);
    int start = 0;
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == '\n') {
        status.line(new String(bytes, start, i - start, StandardCharsets.ISO_8859_1));
        start = i + 1;
      }
    }
    return status;
  }

  /** The supervisor, or null before its first line. */
  @Nullable Member supervisor() {
    return supervisor;
  }

  /** Its session and process group; 0 when it could not make one. */
  long group() {
    return group;
  }

  /** Whether it found its claim withdrawn, and so ran nothing. */
  boolean isRefused() {
    return refused;
  }

  /** Whether it was put into the background, before its owner's end was noticed. */
  boolean isDetached() {
    return detached;
  }

  /** Whether it is being ended because its owner did. */
  boolean isCut() {
    return cut;
  }

  boolean hasExit() {
    return code.isPresent();
  }

  OptionalInt code() {
    return code;
  }

  /** When it wrote its exit, in clock ticks since boot; -1 where that is not known. */
  long exitTicks() {
    return exitTicks;
  }

  /** Why it was stopped, as far as that was before its exit. */
  Set<String> stopReasons() {
    return Set.copyOf(stopReasons);
  }

  /** How a run that has ended stands, by what is written and whether its owner is dead. */
  RunState ended(boolean ownerLives) {
    if (!stopReasons.isEmpty()) {
      return RunState.STOPPED;
    }
    if (hasExit()) {
      return cutBeforeExit ? RunState.CUT : RunState.EXITED;
    }
    // A supervisor that was killed takes the lifeline along: then it was not the owner's end.
    return cut && !ownerLives ? RunState.CUT : RunState.LOST;
  }

  /** The same, with an exit that stands in the name of the file, for want of room in it. */
  RunStatus withExit(int value) {
    exit(new String[] {"exit", Integer.toString(value)});
    return this;
  }

  private void line(String line) {
    String[] words = line.strip().split(" ");
    switch (words[0]) {
      case "start" -> start(words);
      case "refused" -> refused = true;
      case "detach" -> detached |= !cut;
      case "cut" -> cut |= !detached;
      case "stop" -> {
        if (code.isEmpty()) {
          stopReasons.add(words.length > 1 ? words[1] : REQUESTED);
        }
      }
      case "exit" -> exit(words);
      default -> throw garbage();
    }
  }

  private void start(String[] words) {
    if (words.length != 4) {
      throw garbage();
    }
    if (supervisor == null) {
      long pid = number(words[1]);
      boolean ticks = words[2].chars().allMatch(Character::isDigit);
      supervisor = new Member(pid, ticks ? number(words[2]) : millis(pid, words[2]));
      group = number(words[3]);
      if (pid <= 1 || (group != 0 && group != pid)) {
        throw garbage();
      }
    }
  }

  private void exit(String[] words) {
    if (words.length < 2 || words.length > 3) {
      throw garbage();
    }
    if (code.isEmpty()) {
      code = OptionalInt.of((int) number(words[1]));
      cutBeforeExit = cut;
      if (words.length == 3) {
        exitTicks = ticks(words[2]);
      }
    }
  }

  private long ticks(String seconds) {
    try {
      return Math.round(Double.parseDouble(seconds) * ProcessFacts.TICKS_PER_SECOND);
    } catch (NumberFormatException e) {
      throw garbage();
    }
  }

  private long number(String text) {
    if (text.isEmpty() || text.length() > 18 || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
      throw garbage();
    }
    return Long.parseLong(text);
  }

  /** What the system says of the process that has this number, if it is the one that is meant. */
  private long millis(long pid, String psStart) {
    try {
      String text = psStart.replaceAll("^_+|_+$", "");
      long written = LocalDateTime.parse(text, PS_START).toInstant(ZoneOffset.UTC).toEpochMilli();
      long now = ProcessFacts.startTicks(pid).orElse(-1);
      return Math.abs(now - written) < PS_MILLIS ? now : written;
    } catch (DateTimeException e) {
      throw garbage();
    }
  }

  private StorageException garbage() {
    return new StorageException(file, "holds a line that no supervisor writes", null);
  }
}
