package io.kugetsu.engine.internal;

import io.kugetsu.common.InvalidRequestException;
import io.kugetsu.common.TaskId;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where the files are.
 *
 * @param root the directory of everything
 */
record Layout(Path root) {
  private static final DateTimeFormatter MONTH =
      DateTimeFormatter.ofPattern("yyyy-MM", Locale.ROOT).withZone(ZoneOffset.UTC);
  private static final Pattern MONTH_NAME = Pattern.compile("[0-9]{4,}-[0-9]{2}");
  private static final Pattern KEY = Pattern.compile("[0-9a-f]{64}");
  private static final String DIGITS = "0123456789abcdefghjkmnpqrstvwxyz";
  private static final int TIME_BEGINS = "tsk_".length();
  private static final int TIME_ENDS = TIME_BEGINS + 11;

  Path tasks() {
    return root.resolve("tasks");
  }

  Path pending() {
    return tasks().resolve("pending");
  }

  Path running() {
    return tasks().resolve("running");
  }

  Path done() {
    return tasks().resolve("done");
  }

  /** The folder of a task that has ended: that of the month its identifier was made in. */
  Path done(TaskId id) {
    return done().resolve(MONTH.format(madeAt(id)));
  }

  Path keys() {
    return tasks().resolve("keys");
  }

  Path key(String idempotencyKey) {
    return keys().resolve(sha256(idempotencyKey));
  }

  static boolean isKey(Path file) {
    return KEY.matcher(String.valueOf(file.getFileName())).matches();
  }

  static boolean isMonth(Path directory) {
    return MONTH_NAME.matcher(String.valueOf(directory.getFileName())).matches();
  }

  Path lock() {
    return tasks().resolve("lock");
  }

  Path changes() {
    return tasks().resolve("changes");
  }

  Path changesBefore() {
    return tasks().resolve("changes.1");
  }

  Path wake() {
    return tasks().resolve("wake");
  }

  Path keyStates() {
    return tasks().resolve("limits.json");
  }

  /** Held by whoever hands out the work. */
  Path dispatcherLock() {
    return queue().resolve("dispatcher.lock");
  }

  /** Tells who that is. */
  Path dispatcher() {
    return queue().resolve("dispatcher.json");
  }

  private Path queue() {
    return root.resolve("queue");
  }

  Path sessions() {
    return root.resolve("sessions");
  }

  Path notifications() {
    return root.resolve("notifications");
  }

  /** Those that were read; made with the first. */
  Path notificationsRead() {
    return notifications().resolve("read");
  }

  /** What was delivered to whom; made with the first sink. */
  Path sinks() {
    return notifications().resolve("sinks");
  }

  /** Every directory that is made when an engine is opened. */
  List<Path> directories() {
    return List.of(pending(), running(), done(), keys(), sessions(), notifications(), queue());
  }

  /** The task that a record's name, without its ending, tells; null when it is no task's. */
  static @Nullable TaskId taskIn(String name) {
    try {
      return new TaskId(name);
    } catch (InvalidRequestException e) {
      return null;
    }
  }

  static Instant madeAt(TaskId id) {
    long micros = 0;
    for (int i = TIME_BEGINS; i < TIME_ENDS; i++) {
      micros = micros << 5 | DIGITS.indexOf(id.value().charAt(i));
    }
    return Instant.ofEpochSecond(micros / 1_000_000, micros % 1_000_000 * 1_000);
  }

  private static String sha256(String text) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
