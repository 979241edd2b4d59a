package io.kugetsu.engine.internal;

import io.kugetsu.engine.NotificationRecord;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/** Notifications on the heap. */
final class MemoryNotifications implements NotificationVault {
  private final Map<String, NotificationRecord> all = new ConcurrentHashMap<>();
  private final Map<String, MemorySink> sinks = new ConcurrentHashMap<>();

  @Override
  public Set<String> ids() {
    return Set.copyOf(all.keySet());
  }

  @Override
  public Collection<NotificationRecord> all() {
    return List.copyOf(all.values());
  }

  @Override
  public Collection<NotificationRecord> unread() {
    return all.values().stream().filter(notification -> !notification.read()).toList();
  }

  @Override
  public Optional<NotificationRecord> find(String id) {
    return Optional.ofNullable(all.get(id));
  }

  @Override
  public Mark markRead(String id) {
    NotificationRecord found = all.get(id);
    if (found == null) {
      return Mark.MISSING;
    }
    return !found.read() && all.replace(id, found, found.asRead()) ? Mark.MARKED : Mark.WAS_READ;
  }

  @Override
  public void addMissing(List<NotificationRecord> notifications) {
    notifications.forEach(notification -> all.putIfAbsent(notification.id(), notification));
  }

  @Override
  public boolean remove(String id) {
    return all.remove(id) != null;
  }

  @Override
  public void sync() {
    // gone with the JVM anyway
  }

  @Override
  public SinkVault sink(String name) {
    return sinks.computeIfAbsent(name, key -> new MemorySink());
  }

  private static final class MemorySink implements SinkVault {
    private final Set<String> delivered = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean known = new AtomicBoolean();
    private final AtomicBoolean taken = new AtomicBoolean();

    @Override
    public boolean isKnown() {
      return known.get();
    }

    @Override
    public void begin(Set<String> ids) {
      delivered.clear();
      delivered.addAll(ids);
      known.set(true);
    }

    @Override
    public Optional<Right> tryTake() {
      if (!taken.compareAndSet(false, true)) {
        return Optional.empty();
      }
      AtomicBoolean given = new AtomicBoolean();
      return Optional.of(
          () -> {
            if (given.compareAndSet(false, true)) {
              taken.set(false);
            }
          });
    }

    @Override
    public Set<String> delivered() {
      return Set.copyOf(delivered);
    }

    @Override
    public void add(String id) {
      delivered.add(id);
    }

    @Override
    public void sync() {
      // gone with the JVM anyway
    }
  }
}
