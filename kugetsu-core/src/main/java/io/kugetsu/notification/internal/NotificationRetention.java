package io.kugetsu.notification.internal;

import io.kugetsu.engine.NotificationRecord;
import io.kugetsu.engine.NotificationStore;
import io.kugetsu.notification.NotificationType;
import java.time.Instant;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Decides which notifications go when their time is over. */
public final class NotificationRetention {
  /** How many unread ones are kept at most. */
  static final int MOST_UNREAD = 100_000;

  private static final Logger LOG = LoggerFactory.getLogger(NotificationRetention.class);

  /** What only tells of a step on the way says nothing any more once the task has ended. */
  private static final Set<NotificationType> ON_THE_WAY =
      EnumSet.of(
          NotificationType.TASK_QUEUED,
          NotificationType.TASK_DEQUEUED,
          NotificationType.TASK_STARTED);

  private NotificationRetention() {}

  /**
   * Removes what was read, or only told of a step on the way, and is old; and the oldest unread
   * ones if there are too many.
   *
   * @param store has them
   * @param before what is older than this is old
   * @return how many were removed
   */
  public static int prune(NotificationStore store, Instant before) {
    return prune(store, before, MOST_UNREAD);
  }

  static int prune(NotificationStore store, Instant before, int most) {
    int removed = store.prune(notification -> isOver(notification, before));
    List<NotificationRecord> unread = store.list(true);
    if (unread.size() > most) {
      Set<String> unwanted =
          unread.stream()
              .sorted(Comparator.comparing(NotificationRecord::at))
              .limit(unread.size() - most)
              .map(NotificationRecord::id)
              .collect(Collectors.toSet());
      int tooMany = store.prune(notification -> unwanted.contains(notification.id()));
      LOG.warn("removed the oldest {} notifications that nobody has read", tooMany);
      removed += tooMany;
    }
    return removed;
  }

  private static boolean isOver(NotificationRecord notification, Instant before) {
    return notification.at().isBefore(before)
        && (notification.read()
            || NotificationCodec.type(notification).filter(ON_THE_WAY::contains).isPresent());
  }
}
