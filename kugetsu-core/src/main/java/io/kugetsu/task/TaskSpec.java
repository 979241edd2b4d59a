package io.kugetsu.task;

import io.kugetsu.common.InvalidRequestException;
import io.kugetsu.common.LimitKey;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What is to run, and how: a {@linkplain #command command} or {@linkplain #host work of the
 * embedding program}. Immutable: each setting returns another spec.
 *
 * @param <S> the kind of spec
 */
public abstract sealed class TaskSpec<S extends TaskSpec<S>> permits CommandSpec, HostSpec {
  /** What happens when the time of a task in the foreground is over. */
  public enum OnDeadline {
    /** It is stopped, and ends as timed out. */
    STOP,
    /**
     * It is detached: whoever waits for it in the foreground is released, and its time in the
     * background begins.
     */
    DETACH
  }

  /** How long a stop is polite before it is not, unless something else is said: 5 s. */
  public static final Duration DEFAULT_GRACE = Duration.ofSeconds(5);

  private static final int LONGEST_DESCRIPTION = 200;

  final Common common;

  /** What all kinds of work share; changed only before anybody else sees it. */
  static final class Common {
    private String description = "";
    private boolean background;
    private Duration deadline = Duration.ZERO;
    private Duration deadlineOnceDetached = Duration.ZERO;
    private OnDeadline onDeadline = OnDeadline.STOP;
    private Duration grace = DEFAULT_GRACE;
    private Duration stalledAfter = Duration.ZERO;
    private Set<LimitKey> limitKeys = Set.of();
    private boolean waitsForPermit;
    private @Nullable Cancellation cancelledBy;

    private Common changed(Consumer<Common> change) {
      Common copy = new Common();
      copy.description = description;
      copy.background = background;
      copy.deadline = deadline;
      copy.deadlineOnceDetached = deadlineOnceDetached;
      copy.onDeadline = onDeadline;
      copy.grace = grace;
      copy.stalledAfter = stalledAfter;
      copy.limitKeys = limitKeys;
      copy.waitsForPermit = waitsForPermit;
      copy.cancelledBy = cancelledBy;
      change.accept(copy);
      return copy;
    }
  }

  TaskSpec(Common common) {
    this.common = common;
  }

  /**
   * A command: the program and its arguments, handed over word by word without any shell. They are
   * kept in the run's directory and can be seen in lists of processes, so no secret belongs into
   * them.
   *
   * @param argv the program, looked for in the {@code PATH} it is given, and its arguments
   * @return a spec that runs it in the current directory, in the foreground, without a deadline
   * @throws InvalidRequestException when there is no program
   */
  public static CommandSpec command(String... argv) {
    return command(List.of(argv));
  }

  /**
   * A command, as {@link #command(String...)}.
   *
   * @param argv the program and its arguments
   * @return the spec
   * @throws InvalidRequestException when there is no program
   */
  public static CommandSpec command(List<String> argv) {
    return new CommandSpec(argv);
  }

  /**
   * Work that the embedding program does itself, in this JVM.
   *
   * @param name what to call it, one line; its {@link #description()} until another is given
   * @param work the work
   * @return a spec that does it in the foreground, without a deadline
   * @throws InvalidRequestException when the name is blank or not one line
   */
  public static HostSpec host(String name, HostWork work) {
    return new HostSpec(new Common(), work).describedAs(name);
  }

  abstract S with(Common changed);

  private S change(Consumer<Common> change) {
    return with(common.changed(change));
  }

  /**
   * What it is, for a person.
   *
   * @param text one line of at most 200 characters; no secret
   * @return the changed spec
   * @throws InvalidRequestException when it is anything else
   */
  public S describedAs(String text) {
    String line = line(text);
    return change(it -> it.description = line);
  }

  /**
   * In the background from the start: nobody waits for it, and a supervised command goes on when
   * this JVM ends.
   *
   * @return the changed spec
   */
  public S background() {
    return change(it -> it.background = true);
  }

  /**
   * How long it may run, counted from its start: the whole run of a background task; for one in the
   * foreground until it is detached, from then on {@link #deadlineOnceDetached} counts alone.
   *
   * @param time the time; zero, the default, for any
   * @return the changed spec
   * @throws InvalidRequestException when negative
   */
  public S deadline(Duration time) {
    Duration checked = notNegative("deadline", time);
    return change(it -> it.deadline = checked);
  }

  /**
   * How long it may run on once it was detached, counted from that moment.
   *
   * @param time the time; zero, the default, for any
   * @return the changed spec
   * @throws InvalidRequestException when negative
   */
  public S deadlineOnceDetached(Duration time) {
    Duration checked = notNegative("deadline", time);
    return change(it -> it.deadlineOnceDetached = checked);
  }

  /**
   * What happens to a task in the foreground when its {@link #deadline} is over.
   *
   * @param value stop it, the default, or detach it
   * @return the changed spec
   */
  public S onDeadline(OnDeadline value) {
    Objects.requireNonNull(value, "value");
    return change(it -> it.onDeadline = value);
  }

  /**
   * How long a stop is polite before it is not.
   *
   * @param time the grace; zero for none; default {@link #DEFAULT_GRACE}
   * @return the changed spec
   * @throws InvalidRequestException when negative
   */
  public S grace(Duration time) {
    Duration checked = notNegative("grace", time);
    return change(it -> it.grace = checked);
  }

  /**
   * After how much time without any sign of life it is told to be {@linkplain TaskEvent.Stalled
   * stalled}. That ends nothing.
   *
   * @param time the time; zero, the default, for never
   * @return the changed spec
   * @throws InvalidRequestException when negative
   */
  public S stalledAfter(Duration time) {
    Duration checked = notNegative("time", time);
    return change(it -> it.stalledAfter = checked);
  }

  /**
   * What it needs a permit for, all of them at once, held from its start until it has ended, in the
   * foreground and in the background.
   *
   * @param keys the keys; default none
   * @return the changed spec
   */
  public S limitKeys(LimitKey... keys) {
    Set<LimitKey> all = Set.copyOf(List.of(keys));
    return change(it -> it.limitKeys = all);
  }

  /**
   * Where there is no permit it waits for one, in the same line as everybody, instead of being
   * refused. Only the instance that was asked can start it: when that closes or dies while it
   * waits, it is cancelled. Its deadline counts from its start.
   *
   * @return the changed spec
   */
  public S waitForPermit() {
    return change(it -> it.waitsForPermit = true);
  }

  /**
   * The caller's own way to call it off: counts as long as it is in the foreground, and is ignored
   * once it is detached.
   *
   * @param signal the signal
   * @return the changed spec
   */
  public S cancelledBy(Cancellation signal) {
    Objects.requireNonNull(signal, "signal");
    return change(it -> it.cancelledBy = signal);
  }

  /** {@return what it is, for a person} */
  public String description() {
    return common.description;
  }

  /** {@return whether it is in the background from the start} */
  public boolean isBackground() {
    return common.background;
  }

  /** {@return how long it may run; zero for any time} */
  public Duration deadline() {
    return common.deadline;
  }

  /** {@return how long it may run on once it was detached; zero for any time} */
  public Duration deadlineOnceDetached() {
    return common.deadlineOnceDetached;
  }

  /** {@return what happens in the foreground when its time is over} */
  public OnDeadline onDeadline() {
    return common.onDeadline;
  }

  /** {@return how long a stop is polite} */
  public Duration grace() {
    return common.grace;
  }

  /** {@return after how much quiet it counts as stalled; zero for never} */
  public Duration stalledAfter() {
    return common.stalledAfter;
  }

  /** {@return what it needs a permit for} */
  public Set<LimitKey> limitKeys() {
    return common.limitKeys;
  }

  /** {@return whether it waits where there is no permit, instead of being refused} */
  public boolean waitsForPermit() {
    return common.waitsForPermit;
  }

  /** {@return the caller's signal, or empty} */
  public Optional<Cancellation> cancelledBy() {
    return Optional.ofNullable(common.cancelledBy);
  }

  static String line(String text) {
    if (text.isBlank()
        || text.length() > LONGEST_DESCRIPTION
        || text.chars().anyMatch(Character::isISOControl)) {
      throw new InvalidRequestException(
          "a description is one line of 1 to " + LONGEST_DESCRIPTION + " characters");
    }
    return text.strip();
  }

  private static Duration notNegative(String what, Duration time) {
    if (time.isNegative()) {
      throw new InvalidRequestException("a " + what + " cannot be negative: " + time);
    }
    return time;
  }
}
