package io.kugetsu.engine.internal;

import io.kugetsu.common.InvalidRequestException;
import io.kugetsu.common.StorageException;
import io.kugetsu.engine.Deliveries;
import io.kugetsu.engine.NotificationRecord;
import io.kugetsu.engine.NotificationStore;
import io.kugetsu.engine.TaskStore;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * The notifications, over any vault: those that are kept by themselves, and those that the record
 * of a task that has not ended carries. Of two with one identifier the kept one counts. What is
 * carried is always looked at first: it becomes a kept one before it is carried no more.
 */
final class StoredNotifications implements NotificationStore {
  /** How many are added at once, so that others get the lock in between. */
  private static final int AT_ONCE = 100;

  private static final Pattern SINK = Pattern.compile("[a-z0-9][a-z0-9._-]{0,63}");

  private final Vault vault;
  private final NotificationVault kept;
  private final Carried carried;
  private final Hints work;
  private final Hints news;
  private final Gate gate;

  /**
   * The view.
   *
   * @param work is given when anybody did something, in whatever process
   * @param news is given when this engine made something known without giving the other
   */
  StoredNotifications(Vault vault, Hints work, Hints news, Gate gate) {
    this.vault = vault;
    this.kept = vault.notifications();
    this.carried = new Carried(vault);
    this.work = work;
    this.news = news;
    this.gate = gate;
  }

  @Override
  public List<NotificationRecord> list(boolean unreadOnly) {
    gate.check();
    Map<String, NotificationRecord> all = carried.all();
    if (unreadOnly) {
      all.keySet().removeAll(kept.ids());
      kept.unread().forEach(notification -> all.put(notification.id(), notification));
    } else {
      kept.all().forEach(notification -> all.put(notification.id(), notification));
    }
    return all.values().stream()
        .sorted(Comparator.comparing(NotificationRecord::at).thenComparing(NotificationRecord::id))
        .toList();
  }

  @Override
  public Optional<NotificationRecord> find(String id) {
    gate.check();
    if (!NotificationRecord.isId(id)) {
      return Optional.empty();
    }
    return kept.find(id)
        .or(() -> Optional.ofNullable(carried.all().get(id)))
        .or(() -> kept.find(id)); // it may have become a kept one in between
  }

  @Override
  public int markRead(Collection<String> ids) {
    gate.check();
    int marked = 0;
    List<String> others = new ArrayList<>();
    for (String id : new HashSet<>(ids)) {
      if (NotificationRecord.isId(id)) {
        NotificationVault.Mark mark = kept.markRead(id);
        marked += mark == NotificationVault.Mark.MARKED ? 1 : 0;
        if (mark == NotificationVault.Mark.MISSING) {
          others.add(id);
        }
      }
    }
    if (!others.isEmpty()) {
      marked += markCarried(others);
    }
    if (marked > 0) {
      kept.sync();
    }
    return marked;
  }

  /** What is carried cannot be marked itself, but the kept one counts. */
  private int markCarried(List<String> ids) {
    Map<String, NotificationRecord> known = carried.all();
    known.keySet().retainAll(ids);
    List<NotificationRecord> missing = List.copyOf(known.values());
    for (int i = 0; i < missing.size(); i += AT_ONCE) {
      List<NotificationRecord> some = missing.subList(i, Math.min(i + AT_ONCE, missing.size()));
      vault.locked(
          () -> {
            kept.addMissing(some);
            return some;
          });
    }
    int marked = 0;
    for (String id : ids) {
      marked += kept.markRead(id) == NotificationVault.Mark.MARKED ? 1 : 0;
    }
    return marked;
  }

  @Override
  public boolean put(NotificationRecord notification) {
    gate.check();
    String id = notification.id();
    boolean added =
        vault.locked(
            () -> {
              if (kept.find(id).isPresent()) {
                return false;
              }
              add(notification);
              return true;
            });
    if (added) {
      work.give();
    }
    return added;
  }

  /** A write may have taken effect although it failed; what was refused must not be told. */
  private void add(NotificationRecord notification) {
    try {
      kept.addMissing(List.of(notification));
    } catch (StorageException e) {
      try {
        kept.remove(notification.id());
      } catch (StorageException again) {
        e.addSuppressed(again);
      }
      throw e;
    }
  }

  @Override
  public int prune(Predicate<NotificationRecord> unwanted) {
    gate.check();
    List<String> ids = list(false).stream().filter(unwanted).map(NotificationRecord::id).toList();
    // Without a kept one it would be unread again. What is not carried now never will be.
    Set<String> needed = carried.all().keySet();
    int removed = 0;
    for (String id : ids) {
      removed += !needed.contains(id) && kept.remove(id) ? 1 : 0;
    }
    if (removed > 0) {
      kept.sync();
    }
    return removed;
  }

  @Override
  public void addSink(String sink) {
    gate.check();
    SinkVault known = kept.sink(checked(sink));
    if (known.isKnown()) {
      return;
    }
    Set<String> before = new HashSet<>(carried.all().keySet());
    before.addAll(kept.ids());
    vault.locked(
        () -> {
          if (!known.isKnown()) {
            known.begin(before);
          }
          return known;
        });
  }

  @Override
  public Optional<Deliveries> takeSink(String sink) {
    gate.check();
    SinkVault wanted = kept.sink(checked(sink));
    Optional<SinkVault.Right> right = wanted.tryTake();
    if (right.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(new StoredDeliveries(kept, wanted, right.get(), carried, gate));
    } catch (RuntimeException | Error e) {
      right.get().close();
      throw e;
    }
  }

  private static String checked(String sink) {
    if (!SINK.matcher(sink).matches()) {
      throw new InvalidRequestException(
          "not a name of a sink: take lower-case letters, digits, dots, dashes and underscores");
    }
    return sink;
  }

  @Override
  public TaskStore.Subscription onNews(Runnable hint) {
    gate.check();
    TaskStore.Subscription ofWork = work.subscribe(hint);
    TaskStore.Subscription ofNews = news.subscribe(hint);
    return () -> {
      ofWork.close();
      ofNews.close();
    };
  }
}
