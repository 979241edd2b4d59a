package io.kugetsu.notification;

import io.kugetsu.common.Experimental;
import io.kugetsu.common.KugetsuException;
import java.io.Serial;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A notification was not delivered. The message is logged, so it must hold no secret. */
@Experimental
public final class DeliveryFailedException extends KugetsuException {
  @Serial private static final long serialVersionUID = 1L;

  private final @Nullable Duration retryAfter;

  /**
   * A failure that is tried again at the usual times.
   *
   * @param message what was wrong
   */
  public DeliveryFailedException(String message) {
    this(message, null);
  }

  /**
   * A failure that is tried again not before some time, if that is later than the usual one.
   *
   * @param message what was wrong
   * @param retryAfter how long to wait at least, of which five minutes count at most; null for the
   *     usual time
   */
  public DeliveryFailedException(String message, @Nullable Duration retryAfter) {
    super(message);
    this.retryAfter = retryAfter;
  }

  /** {@return how long to wait at least before it is tried again, or empty} */
  public Optional<Duration> retryAfter() {
    return Optional.ofNullable(retryAfter);
  }
}
