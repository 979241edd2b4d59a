package io.kugetsu.worktree;

import io.kugetsu.common.InvalidRequestException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * How a worktree is to be removed: what becomes of the work in it. A value; each method gives a
 * changed copy. Start at {@link #refusing()}.
 *
 * @param work what becomes of work that would be lost
 * @param ignored what becomes of files that git ignores
 * @param ignoredPatterns which ignored files are rescued, in gitignore syntax; empty unless {@code
 *     ignored} is {@link Ignored#RESCUE_CHOSEN}
 * @param grace how long own processes may take to end once they are asked to; empty when they are
 *     not to be ended
 * @param integratedInto the branch, without {@code refs/heads/}, that the worktree's must be
 *     integrated into to be deleted with it; empty when it is to stay
 */
public record RemovalRequest(
    Work work,
    Ignored ignored,
    List<String> ignoredPatterns,
    Optional<Duration> grace,
    Optional<String> integratedInto) {
  /** What becomes of work that would be lost. */
  public enum Work {
    /** The worktree stays. */
    REFUSE,
    /** It is saved under a ref of its own; what such a ref cannot hold makes the worktree stay. */
    RESCUE,
    /** It is lost, as far as it is {@linkplain Obstacle.Kind#isDiscardable() discardable}. */
    DISCARD
  }

  /** What becomes of files that git ignores. */
  public enum Ignored {
    /** The same as of the other work. */
    AS_OTHERS,
    /** Those chosen by patterns are rescued, all others are lost. */
    RESCUE_CHOSEN,
    /** They are lost, unless another repository is among them. */
    DISCARD
  }

  private static final RemovalRequest REFUSING =
      new RemovalRequest(
          Work.REFUSE, Ignored.AS_OTHERS, List.of(), Optional.empty(), Optional.empty());

  /** Requires everything, and copies its list. */
  public RemovalRequest {
    Objects.requireNonNull(work, "work");
    Objects.requireNonNull(ignored, "ignored");
    ignoredPatterns = List.copyOf(ignoredPatterns);
    Objects.requireNonNull(grace, "grace");
    Objects.requireNonNull(integratedInto, "integratedInto");
    if ((ignored == Ignored.RESCUE_CHOSEN) == ignoredPatterns.isEmpty()) {
      throw new InvalidRequestException("patterns go with Ignored.RESCUE_CHOSEN, one at least");
    }
    if (ignored == Ignored.RESCUE_CHOSEN && work != Work.RESCUE) {
      throw new InvalidRequestException("ignored files can be chosen only for a rescue");
    }
    for (String pattern : ignoredPatterns) {
      if (pattern.isBlank() || pattern.chars().anyMatch(Character::isISOControl)) {
        throw new InvalidRequestException("an ignore pattern is blank or has control characters");
      }
    }
    if (grace.isPresent() && grace.get().isNegative()) {
      throw new InvalidRequestException("a grace must not be negative: " + grace.get());
    }
  }

  /** {@return the request that lets nothing be lost, ends no process, and keeps the branch} */
  public static RemovalRequest refusing() {
    return REFUSING;
  }

  /**
   * Work that would be lost is saved first, ignored files too, secrets among them included; see
   * {@link Rescue}.
   *
   * @return the changed copy
   */
  public RemovalRequest rescue() {
    return new RemovalRequest(Work.RESCUE, ignored, ignoredPatterns, grace, integratedInto);
  }

  /**
   * Work that would be lost is saved first. Of the ignored files only those that match one of the
   * patterns are; the others are lost.
   *
   * @param patterns in gitignore syntax, at least one, relative to the top of the worktree
   * @return the changed copy
   * @throws InvalidRequestException when there is none, or one is blank or has control characters
   */
  public RemovalRequest rescueIgnored(String... patterns) {
    List<String> all = new ArrayList<>(ignoredPatterns);
    all.addAll(List.of(patterns));
    return new RemovalRequest(Work.RESCUE, Ignored.RESCUE_CHOSEN, all, grace, integratedInto);
  }

  /**
   * Files that git ignores may be lost, unless another repository is among them. Everything else is
   * as before.
   *
   * @return the changed copy
   */
  public RemovalRequest discardIgnored() {
    return new RemovalRequest(work, Ignored.DISCARD, List.of(), grace, integratedInto);
  }

  /**
   * Everything that is {@linkplain Obstacle.Kind#isDiscardable() discardable} may be lost.
   *
   * @return the changed copy
   */
  public RemovalRequest discardAll() {
    return new RemovalRequest(Work.DISCARD, Ignored.DISCARD, List.of(), grace, integratedInto);
  }

  /**
   * Processes of kugetsu's own runs that work in the worktree are ended first, each with the whole
   * of its run. They are recognised by the mark in their environment, on Linux only. Processes of
   * others are never ended; they stand against the removal.
   *
   * @param newGrace how long they may take to end by themselves; zero for none
   * @return the changed copy
   */
  public RemovalRequest endProcesses(Duration newGrace) {
    return new RemovalRequest(
        work, ignored, ignoredPatterns, Optional.of(newGrace), integratedInto);
  }

  /**
   * The worktree's branch is deleted too, provided that all of it is in another branch by then, and
   * so is what only its log leads to, commits that were reset away for example. Was it moved
   * meanwhile, or is it not integrated, it stays, and the result says so.
   *
   * @param target the other branch, without {@code refs/heads/}
   * @return the changed copy
   */
  public RemovalRequest deleteBranchIfIntegrated(String target) {
    return new RemovalRequest(work, ignored, ignoredPatterns, grace, Optional.of(target));
  }
}
