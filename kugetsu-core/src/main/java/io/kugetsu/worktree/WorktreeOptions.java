package io.kugetsu.worktree;

import io.kugetsu.common.InvalidRequestException;
import io.kugetsu.worktree.internal.registry.Roots;
import io.kugetsu.worktree.internal.setup.HostVariables;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;

/**
 * How the worktrees of a repository are made: {@code WorktreeOptions.usual().root(dir)}. Immutable;
 * each method gives new options.
 *
 * @param root where the worktrees are; made with the first of them
 * @param lockWait how long to wait while others make or remove worktrees of the repository
 * @param setUp what becomes of the commands of the repository
 * @param trust decides which of them may be run
 * @param setUpTimeout how long such a command may take, 0 for any time; then it is ended with
 *     everything that it started
 * @param hookTimeout the same for the repository's own {@code post-checkout} hook
 * @param lfs what becomes of large files
 * @param copyIncluded whether ignored files that {@code .worktreeinclude} names are copied
 * @param environment the variables that the commands of the repository get, besides those that
 *     {@link WorktreeService#create} names; its secrets are masked in what is shown of their output
 */
public record WorktreeOptions(
    Path root,
    Duration lockWait,
    SetUpPolicy setUp,
    SetUpTrust trust,
    Duration setUpTimeout,
    Duration hookTimeout,
    LfsPolicy lfs,
    boolean copyIncluded,
    Map<String, String> environment) {
  private static final Duration LOCK_WAIT = Duration.ofMinutes(1);
  private static final Duration COMMAND_TIMEOUT = Duration.ofMinutes(10);

  /**
   * Checks them.
   *
   * @throws InvalidRequestException when a time is negative
   */
  public WorktreeOptions {
    Objects.requireNonNull(root, "root");
    Objects.requireNonNull(setUp, "setUp");
    Objects.requireNonNull(trust, "trust");
    Objects.requireNonNull(lfs, "lfs");
    environment = Map.copyOf(environment);
    if (lockWait.isNegative() || setUpTimeout.isNegative() || hookTimeout.isNegative()) {
      throw new InvalidRequestException("a time to wait is not negative");
    }
  }

  /**
   * What holds where nothing else is said: below {@code worktrees} in {@code $KUGETSU_DIR} or
   * {@code ~/.kugetsu}; a minute for the lock; commands of the repository run when trusted, and
   * nothing is trusted; 10 minutes for each of them and for a hook; {@link LfsPolicy#AUTO};
   * included files are copied; of this program's variables the commands get those that say where
   * things are and in which language, and none that may be a secret.
   *
   * @return the options
   */
  public static WorktreeOptions usual() {
    return new WorktreeOptions(
        Roots.usual(),
        LOCK_WAIT,
        SetUpPolicy.RUN_TRUSTED,
        SetUpTrust.nothing(),
        COMMAND_TIMEOUT,
        COMMAND_TIMEOUT,
        LfsPolicy.AUTO,
        true,
        HostVariables.harmless(System.getenv()));
  }

  /**
   * Keeps the worktrees in another place.
   *
   * @param value the directory
   * @return the new options
   */
  public WorktreeOptions root(Path value) {
    return new WorktreeOptions(
        value, lockWait, setUp, trust, setUpTimeout, hookTimeout, lfs, copyIncluded, environment);
  }

  /**
   * Waits longer or shorter for others.
   *
   * @param value how long
   * @return the new options
   */
  public WorktreeOptions lockWait(Duration value) {
    return new WorktreeOptions(
        root, value, setUp, trust, setUpTimeout, hookTimeout, lfs, copyIncluded, environment);
  }

  /**
   * Runs the commands of the repository, or not.
   *
   * @param value what becomes of them
   * @return the new options
   */
  public WorktreeOptions setUp(SetUpPolicy value) {
    return new WorktreeOptions(
        root, lockWait, value, trust, setUpTimeout, hookTimeout, lfs, copyIncluded, environment);
  }

  /**
   * Decides which commands may be run.
   *
   * @param value the decision
   * @return the new options
   */
  public WorktreeOptions trust(SetUpTrust value) {
    return new WorktreeOptions(
        root, lockWait, setUp, value, setUpTimeout, hookTimeout, lfs, copyIncluded, environment);
  }

  /**
   * Gives the commands of the repository more or less time.
   *
   * @param value how long each may take, 0 for any time
   * @return the new options
   */
  public WorktreeOptions setUpTimeout(Duration value) {
    return new WorktreeOptions(
        root, lockWait, setUp, trust, value, hookTimeout, lfs, copyIncluded, environment);
  }

  /**
   * Gives the repository's hook more or less time.
   *
   * @param value how long it may take, 0 for any time
   * @return the new options
   */
  public WorktreeOptions hookTimeout(Duration value) {
    return new WorktreeOptions(
        root, lockWait, setUp, trust, setUpTimeout, value, lfs, copyIncluded, environment);
  }

  /**
   * Fetches large files, or not.
   *
   * @param value what becomes of them
   * @return the new options
   */
  public WorktreeOptions lfs(LfsPolicy value) {
    return new WorktreeOptions(
        root, lockWait, setUp, trust, setUpTimeout, hookTimeout, value, copyIncluded, environment);
  }

  /**
   * Copies the files that {@code .worktreeinclude} names, or not.
   *
   * @param value whether they are copied
   * @return the new options
   */
  public WorktreeOptions copyIncluded(boolean value) {
    return new WorktreeOptions(
        root, lockWait, setUp, trust, setUpTimeout, hookTimeout, lfs, value, environment);
  }

  /**
   * Gives the commands of the repository other variables.
   *
   * @param value all of them, by name; those that would lead git into another repository are left
   *     out
   * @return the new options
   */
  public WorktreeOptions environment(Map<String, String> value) {
    return new WorktreeOptions(
        root, lockWait, setUp, trust, setUpTimeout, hookTimeout, lfs, copyIncluded, value);
  }

  /** Without the values of the variables, among which may be secrets. */
  @Override
  public String toString() {
    return "WorktreeOptions[root="
        + root
        + ", setUp="
        + setUp
        + ", lfs="
        + lfs
        + ", environment="
        + environment.keySet()
        + "]";
  }
}
