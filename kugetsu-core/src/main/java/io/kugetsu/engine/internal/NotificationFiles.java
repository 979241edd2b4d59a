package io.kugetsu.engine.internal;

import io.kugetsu.common.StorageException;
import io.kugetsu.engine.NotificationRecord;
import io.kugetsu.internal.AtomicFiles;
import io.kugetsu.internal.Json;
import io.kugetsu.internal.JsonFields;
import java.io.IOException;
import java.lang.ref.SoftReference;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The notifications' files. The folder tells whether one was read, so marking it is a rename, and
 * what was read once need not be read again: apart from that, a notification never changes.
 */
final class NotificationFiles implements NotificationVault {
  private static final Logger LOG = LoggerFactory.getLogger(NotificationFiles.class);

  /** A folder's time is too coarse to tell changes apart that follow each other this closely. */
  private static final long SETTLED_MILLIS = 1_000;

  private record Listing(
      @Nullable FileTime unread, @Nullable FileTime read, long at, Set<String> ids) {
    boolean isSettled() {
      return isSettled(unread) && isSettled(read);
    }

    private boolean isSettled(@Nullable FileTime time) {
      return time == null || time.toMillis() < at - SETTLED_MILLIS;
    }
  }

  private final Layout layout;
  private final RecordFolder<NotificationRecord> unread;
  private final RecordFolder<NotificationRecord> read;
  private final Map<String, SoftReference<NotificationRecord>> known = new ConcurrentHashMap<>();
  private final Set<String> refused = ConcurrentHashMap.newKeySet();
  private volatile @Nullable Listing last;

  NotificationFiles(Layout layout) {
    this.layout = layout;
    this.unread = new RecordFolder<>(layout.notifications(), NotificationFiles::parse);
    this.read = new RecordFolder<>(layout.notificationsRead(), NotificationFiles::parse);
  }

  private static NotificationRecord parse(Path file, byte[] content) {
    JsonFields fields = Codecs.open(file, content);
    NotificationRecord notification = Codecs.readNotification(fields);
    if (!String.valueOf(file.getFileName()).equals(notification.id() + RecordFolder.SUFFIX)) {
      throw new StorageException(file, "holds the notification " + notification.id(), null);
    }
    return notification;
  }

  @Override
  public Set<String> ids() {
    FileTime ofUnread = changed(layout.notifications());
    FileTime ofRead = changed(layout.notificationsRead());
    Listing before = last;
    if (before != null
        && before.isSettled()
        && Objects.equals(before.unread(), ofUnread)
        && Objects.equals(before.read(), ofRead)) {
      return before.ids();
    }
    // The real time on purpose: it is compared with that of the file system.
    long now = System.currentTimeMillis();
    // What is marked meanwhile goes from the first to the second, and so is seen once at least.
    Set<String> ids = new HashSet<>(unread.names());
    ids.addAll(read.names());
    last = new Listing(ofUnread, ofRead, now, ids);
    return ids;
  }

  private static @Nullable FileTime changed(Path directory) {
    try {
      return Files.getLastModifiedTime(directory);
    } catch (IOException e) {
      return null;
    }
  }

  @Override
  public Collection<NotificationRecord> all() {
    Map<String, NotificationRecord> all = new HashMap<>();
    unread.names().forEach(id -> listed(unread, id).ifPresent(it -> all.put(id, it)));
    read.names().forEach(id -> listed(read, id).ifPresent(it -> all.put(id, it.asRead())));
    known.keySet().retainAll(all.keySet());
    return all.values();
  }

  @Override
  public Collection<NotificationRecord> unread() {
    Map<String, NotificationRecord> found = new HashMap<>();
    for (String id : unread.names()) {
      listed(unread, id).filter(it -> !it.read()).ifPresent(it -> found.put(id, it));
    }
    return found.values();
  }

  @Override
  public Optional<NotificationRecord> find(String id) {
    return present(unread, id).or(() -> present(read, id).map(NotificationRecord::asRead));
  }

  private Optional<NotificationRecord> present(RecordFolder<NotificationRecord> folder, String id) {
    return folder.has(id) ? listed(folder, id) : Optional.empty();
  }

  /** One that was just seen there; one that makes no sense is set aside and passed over. */
  private Optional<NotificationRecord> listed(RecordFolder<NotificationRecord> folder, String id) {
    SoftReference<NotificationRecord> kept = known.get(id);
    NotificationRecord seen = kept == null ? null : kept.get();
    if (seen != null) {
      return Optional.of(seen);
    }
    try {
      Optional<NotificationRecord> found = folder.readOrSetAside(id);
      found.ifPresent(it -> known.put(id, new SoftReference<>(it)));
      return found;
    } catch (NewerFormatException e) {
      if (refused.add(id)) {
        LOG.warn("passed over: {}", e.refusal().getMessage());
      }
    } catch (SetAsideException e) {
      LOG.debug("listed without {}", id);
    } catch (StorageException e) {
      if (folder.has(id)) {
        throw e; // else somebody else has set it aside at this moment
      }
    }
    return Optional.empty();
  }

  @Override
  public Mark markRead(String id) {
    Path file = unread.file(id);
    Optional<NotificationRecord> found = present(unread, id);
    if (found.isEmpty()) {
      return read.has(id) ? Mark.WAS_READ : Mark.MISSING;
    }
    if (found.get().read()) {
      return Mark.WAS_READ;
    }
    try {
      AtomicFiles.createDirectories(layout.notificationsRead());
      Files.move(file, read.file(id), StandardCopyOption.ATOMIC_MOVE);
      return Mark.MARKED;
    } catch (NoSuchFileException e) {
      return Mark.WAS_READ; // by somebody else at this moment
    } catch (IOException e) {
      throw new StorageException(file, "could not be marked as read: " + e, e);
    }
  }

  @Override
  public void addMissing(List<NotificationRecord> notifications) {
    boolean added = false;
    for (NotificationRecord notification : notifications) {
      // In this order: being marked takes it from the first to the second.
      if (!unread.has(notification.id()) && !read.has(notification.id())) {
        write(notification);
        added = true;
      }
    }
    if (added) {
      AtomicFiles.syncDirectory(layout.notifications());
    }
  }

  private void write(NotificationRecord notification) {
    ObjectNode tree = Json.object();
    Codecs.putFormat(tree);
    Codecs.writeNotification(tree, notification);
    AtomicFiles.writeUnsynced(unread.file(notification.id()), Json.print(tree));
  }

  @Override
  public boolean remove(String id) {
    known.remove(id);
    // Both, and in this order: it may be marked at this moment.
    boolean wasUnread = AtomicFiles.delete(unread.file(id));
    boolean wasRead = AtomicFiles.delete(read.file(id));
    return wasUnread || wasRead;
  }

  @Override
  public void sync() {
    AtomicFiles.syncDirectory(layout.notifications());
    if (Files.isDirectory(layout.notificationsRead())) {
      AtomicFiles.syncDirectory(layout.notificationsRead());
    }
  }

  @Override
  public SinkVault sink(String name) {
    return new SinkFile(layout.sinks(), name);
  }
}
