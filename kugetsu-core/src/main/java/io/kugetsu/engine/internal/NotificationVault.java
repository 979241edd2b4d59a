package io.kugetsu.engine.internal;

import io.kugetsu.engine.NotificationRecord;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The notifications that are kept by themselves, and what was delivered of them. Methods may be
 * called any time, unless they say otherwise. Every identifier and name was checked before.
 */
interface NotificationVault {
  /** What marking one as read found. */
  enum Mark {
    /** It was unread. */
    MARKED,
    /** It was read before. */
    WAS_READ,
    /** It is not kept by itself. */
    MISSING
  }

  /** The identifiers of all; the same set as before when nothing is known to have changed. */
  Set<String> ids();

  /** All that can be read. */
  Collection<NotificationRecord> all();

  /** Those that are unread. */
  Collection<NotificationRecord> unread();

  /** One of them. */
  Optional<NotificationRecord> find(String id);

  /** Marks one as read; durable after {@link #sync()}. */
  Mark markRead(String id);

  /** Adds those that are not there; one that is there may have been read since. Under the lock. */
  void addMissing(List<NotificationRecord> notifications);

  /** Removes one that no task carries; durable after {@link #sync()}. */
  boolean remove(String id);

  /** Makes the last marks and removals durable. */
  void sync();

  /** What is kept of a sink. */
  SinkVault sink(String name);
}
