package io.kugetsu.notification.internal;

import io.kugetsu.engine.NotificationRecord;
import io.kugetsu.engine.NotificationStore;
import io.kugetsu.notification.Notification;
import io.kugetsu.notification.Notifications;
import io.kugetsu.notification.Posting;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.function.UnaryOperator;

/** Notifications as a view of what an engine keeps. */
public final class StoredNotifications implements Notifications {
  private final NotificationStore store;
  private final Clock clock;
  private final UnaryOperator<String> masker;
  private final Runnable open;

  /**
   * Makes the view.
   *
   * @param store where they are kept
   * @param clock tells when something is posted
   * @param masker removes secrets from what is posted
   * @param open throws once the owner is closed, whose engine may live on
   */
  public StoredNotifications(
      NotificationStore store, Clock clock, UnaryOperator<String> masker, Runnable open) {
    this.store = store;
    this.clock = clock;
    this.masker = masker;
    this.open = open;
  }

  @Override
  public List<Notification> list() {
    open.run();
    return typed(store.list(false));
  }

  @Override
  public List<Notification> unread() {
    open.run();
    return typed(store.list(true));
  }

  @Override
  public int markRead(Collection<String> ids) {
    open.run();
    return store.markRead(List.copyOf(ids));
  }

  @Override
  public int markAllRead() {
    open.run();
    return store.markRead(unread().stream().map(Notification::id).toList());
  }

  @Override
  public Notification post(Posting posting) {
    open.run();
    Notification notification =
        new Notification(
            id(posting),
            posting.type(),
            clock.instant(),
            false,
            posting.task(),
            posting.ref(),
            String.join(" ", masker.apply(posting.message()).strip().split("\\s*\\R\\s*")),
            Optional.empty(),
            Optional.empty(),
            OptionalInt.empty(),
            Optional.empty(),
            "");
    if (store.put(NotificationCodec.toRecord(notification))) {
      return notification;
    }
    return store
        .find(notification.id())
        .flatMap(NotificationCodec::fromRecord)
        .orElse(notification);
  }

  /** The key itself may hold anything, and be long. */
  private static String id(Posting posting) {
    UUID unique =
        posting
            .key()
            .map(key -> UUID.nameUUIDFromBytes(key.getBytes(StandardCharsets.UTF_8)))
            .orElseGet(UUID::randomUUID);
    return "post-" + unique + "." + NotificationForm.word(posting.type());
  }

  private static List<Notification> typed(List<NotificationRecord> records) {
    return records.stream().flatMap(it -> NotificationCodec.fromRecord(it).stream()).toList();
  }
}
