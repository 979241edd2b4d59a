package io.kugetsu.engine;

import io.kugetsu.common.Experimental;
import java.util.List;
import java.util.Set;

/**
 * The exclusive right to deliver notifications to one sink, and what is to be delivered. Used and
 * closed by the thread that {@linkplain NotificationStore#takeSink took} it.
 */
@Experimental
public interface Deliveries extends AutoCloseable {
  /**
   * What was not delivered to the sink yet, whoever made it known, oldest first.
   *
   * @param most how many at most
   * @param without identifiers to leave out
   * @return the notifications
   */
  List<NotificationRecord> due(int most, Set<String> without);

  /**
   * Records that a notification was delivered. When it returns, the notification is not due any
   * more, also to whoever takes the sink next after this JVM was killed. After a crash of the
   * machine the last ones may be due again.
   *
   * @param id its identifier
   * @throws io.kugetsu.common.StorageException when it cannot be recorded now; it is not due any
   *     more as long as this right is held, and is recorded with the next one that can be
   */
  void delivered(String id);

  /** Gives the right back; idempotent, never throws. It ends with the JVM too. */
  @Override
  void close();
}
