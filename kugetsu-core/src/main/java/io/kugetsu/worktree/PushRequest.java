package io.kugetsu.worktree;

import io.kugetsu.common.InvalidRequestException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where the commits of a worktree shall be pushed to: {@code
 * PushRequest.to("origin").as("fix-42")}. Immutable; each method gives a new request.
 *
 * @param remote the name of a remote of this repository; an address is none
 * @param branch the branch there, without {@code refs/heads/}; empty for the one that is checked
 *     out in the worktree
 * @param expected what the branch there must stand at to be replaced by something that does not
 *     lead on from it, a full id; empty for never
 * @param limit how long it may take, 10 minutes unless said otherwise
 */
public record PushRequest(
    String remote, Optional<String> branch, Optional<String> expected, Duration limit) {
  private static final Pattern ID = Pattern.compile("[0-9a-f]{40}|[0-9a-f]{64}");
  private static final Duration USUAL = Duration.ofMinutes(10);

  /**
   * Checks the id and the time.
   *
   * @throws InvalidRequestException when what is expected is no full id, or the limit not positive
   */
  public PushRequest {
    Objects.requireNonNull(remote, "remote");
    Objects.requireNonNull(branch, "branch");
    if (expected.isPresent() && !ID.matcher(expected.get()).matches()) {
      throw new InvalidRequestException("what a branch must stand at is given by a full id");
    }
    if (limit.isZero() || limit.isNegative()) {
      throw new InvalidRequestException("a limit is positive, not " + limit);
    }
  }

  /**
   * To the branch of the same name as the one that is checked out in the worktree.
   *
   * @param remote the name of a remote
   * @return the request
   */
  public static PushRequest to(String remote) {
    return new PushRequest(remote, Optional.empty(), Optional.empty(), USUAL);
  }

  /**
   * To a branch of another name.
   *
   * @param newBranch the branch there, without {@code refs/heads/}
   * @return the new request
   */
  public PushRequest as(String newBranch) {
    return new PushRequest(remote, Optional.of(newBranch), expected, limit);
  }

  /**
   * Also where that takes commits away from the branch there, as long as it stands where the caller
   * has seen it.
   *
   * @param seen the full id of the commit it must stand at; all zeros when there must be none
   * @return the new request
   * @throws InvalidRequestException when it is no full id
   */
  public PushRequest forceWithLease(String seen) {
    return new PushRequest(remote, branch, Optional.of(seen), limit);
  }

  /**
   * Bounds the time that it may take, hooks included.
   *
   * @param newLimit how long
   * @return the new request
   * @throws InvalidRequestException when it is not positive
   */
  public PushRequest within(Duration newLimit) {
    return new PushRequest(remote, branch, expected, newLimit);
  }
}
