package io.kugetsu.internal;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.function.Predicate;

/**
 * What the operating system says about processes. A process is recognised by its identifier, its
 * start time and the boot it belongs to, so that a reused identifier is never taken for it.
 */
public final class ProcessFacts {
  private static final Path PROC = Path.of("/proc");
  private static final boolean LINUX = Files.isReadable(PROC.resolve("self/stat"));
  private static final String BOOT_ID = readBootId();
  private static final long OWN_PID = ProcessHandle.current().pid();

  /** As the kernel counts them for everybody, whatever it uses itself. */
  public static final int TICKS_PER_SECOND = LINUX ? 100 : 1000;

  // Of the fields of /proc/<pid>/stat behind the command's closing parenthesis.
  private static final int STATE = 0;
  private static final int FLAGS = 6;
  private static final int THREADS = 17;
  private static final int START_TICKS = 19;

  /** -1 where the system does not tell. */
  private static final long OWN_START_TICKS = startTicks(OWN_PID).orElse(-1);

  /** The kernel's mark of who is ending, among the flags. */
  private static final long EXITING = 0x4;

  private ProcessFacts() {}

  /** {@return the identifier of this JVM's process} */
  public static long ownPid() {
    return OWN_PID;
  }

  /**
   * {@return when this JVM's process started, as {@link #startTicks}; -1 where that is not told}
   */
  public static long ownStartTicks() {
    return OWN_START_TICKS;
  }

  /** {@return the boot of this machine, or an empty text where the system does not tell} */
  public static String bootId() {
    return BOOT_ID;
  }

  /**
   * When a process started.
   *
   * @param pid its identifier
   * @return clock ticks since boot on Linux, else milliseconds since 1970; empty when it does not
   *     live (a zombie does not) or the system does not tell
   */
  public static OptionalLong startTicks(long pid) {
    if (!LINUX) {
      return ProcessHandle.of(pid)
          .filter(ProcessHandle::isAlive)
          .flatMap(handle -> handle.info().startInstant())
          .map(start -> OptionalLong.of(start.toEpochMilli()))
          .orElseGet(OptionalLong::empty);
    }
    try {
      String[] fields = stat(pid);
      return isDead(pid, fields) ? OptionalLong.empty() : OptionalLong.of(ticks(fields));
    } catch (IOException e) {
      return OptionalLong.empty();
    }
  }

  /**
   * Whether a boot is certainly not the present one, so that nothing of it lives.
   *
   * @param bootId the boot; empty when it is not known
   * @return false also when the system does not tell
   */
  public static boolean isOtherBoot(String bootId) {
    return !bootId.isEmpty() && !BOOT_ID.isEmpty() && !bootId.equals(BOOT_ID);
  }

  /**
   * The time in the unit of {@link #startTicks}. A clock that is set does not change it on Linux.
   *
   * @return clock ticks since boot on Linux, else milliseconds since 1970
   */
  public static long ticksNow() {
    if (LINUX) {
      try {
        String text = Uninterrupted.call(() -> Files.readString(PROC.resolve("uptime")));
        return Math.round(Double.parseDouble(text.split(" ")[0]) * TICKS_PER_SECOND);
      } catch (IOException | NumberFormatException e) {
        return 0; // before every start: what is compared with it is of an unknown age
      }
    }
    return System.currentTimeMillis();
  }

  /**
   * Whether exactly this process lives. What the system does not tell counts as living.
   *
   * @param pid its identifier
   * @param startTicks its start, as {@link #startTicks} tells it
   * @param bootId the boot it was started in; empty when that is not known
   * @return false only when it is certainly gone
   */
  public static boolean isAlive(long pid, long startTicks, String bootId) {
    if (isOtherBoot(bootId)) {
      return false;
    }
    if (!LINUX) {
      OptionalLong started = startTicks(pid);
      return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false)
          && (started.isEmpty() || started.getAsLong() == startTicks);
    }
    return isAliveOnLinux(pid, startTicks);
  }

  /**
   * Whether a process is ending or has ended: it does nothing more, and most of what could be read
   * about it is gone already.
   *
   * @param pid its identifier
   * @return false also when the system does not tell
   */
  public static boolean isEnding(long pid) {
    return LINUX && holds(pid, fields -> isEnding(fields) && !livesOn(pid, fields), true, false);
  }

  private static boolean isAliveOnLinux(long pid, long startTicks) {
    if (pid == OWN_PID && OWN_START_TICKS >= 0) {
      return startTicks == OWN_START_TICKS; // whoever asks lives
    }
    return holds(pid, fields -> !isDead(pid, fields) && ticks(fields) == startTicks, false, true);
  }

  private static boolean holds(
      long pid, Predicate<String[]> test, boolean whenGone, boolean whenNotTold) {
    // A process that ends while its file is read fails the read, and is not there the second time.
    for (int tries = 0; tries < 2; tries++) {
      try {
        return test.test(stat(pid));
      } catch (NoSuchFileException e) {
        return whenGone;
      } catch (IOException e) {
        continue;
      }
    }
    // No more file descriptors, or no right to look: that says nothing about the process.
    return whenNotTold;
  }

  private static boolean isDead(long pid, String[] fields) {
    return isOver(fields) && !livesOn(pid, fields);
  }

  private static boolean isOver(String[] fields) {
    return fields[STATE].equals("Z") || fields[STATE].equals("X");
  }

  private static boolean isEnding(String[] fields) {
    return isOver(fields) || (Long.parseLong(fields[FLAGS]) & EXITING) != 0;
  }

  /** What the system says of a process it says of its first thread, and that one may end alone. */
  private static boolean livesOn(long pid, String[] fields) {
    return Long.parseLong(fields[THREADS]) > 1 && livingThread(pid).isPresent();
  }

  /**
   * A thread of a process that is not ending. A process whose first thread has ended before the
   * others looks like a zombie, and only its other threads tell of it.
   *
   * @param pid the process
   * @return the number of the thread; empty when there is none, or the system does not tell
   */
  public static OptionalLong livingThread(long pid) {
    Path tasks = PROC.resolve(pid + "/task");
    String[] threads = tasks.toFile().list();
    for (String thread : threads == null ? new String[0] : threads) {
      try {
        if (!isEnding(fields(tasks.resolve(thread).resolve("stat")))) {
          return OptionalLong.of(Long.parseLong(thread));
        }
      } catch (IOException e) {
        continue; // it has ended
      }
    }
    return OptionalLong.empty();
  }

  private static long ticks(String[] fields) {
    return Long.parseLong(fields[START_TICKS]);
  }

  /** The fields from the state on: the command before them may hold blanks and parentheses. */
  private static String[] stat(long pid) throws IOException {
    return fields(PROC.resolve(Long.toString(pid)).resolve("stat"));
  }

  private static String[] fields(Path file) throws IOException {
    byte[] bytes = Uninterrupted.call(() -> Files.readAllBytes(file));
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    String[] fields = text.substring(text.lastIndexOf(')') + 1).strip().split(" ");
    if (fields.length <= START_TICKS) {
      throw new IOException(file + " has another form");
    }
    return fields;
  }

  private static String readBootId() {
    try {
      Path file = PROC.resolve("sys/kernel/random/boot_id");
      return Uninterrupted.call(() -> Files.readString(file)).strip();
    } catch (IOException e) {
      return "";
    }
  }
}
