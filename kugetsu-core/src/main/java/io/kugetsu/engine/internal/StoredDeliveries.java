package io.kugetsu.engine.internal;

import io.kugetsu.common.StorageException;
import io.kugetsu.common.TaskId;
import io.kugetsu.engine.Deliveries;
import io.kugetsu.engine.NotificationRecord;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is due to one sink: each identifier that there is and that was not delivered. Each is read
 * once to know its time, and again when it is to be delivered, so that only its place in the order
 * is in memory.
 */
final class StoredDeliveries implements Deliveries {
  /** After how many deliveries in a row what was recorded is forced to the disk. */
  private static final int FORCE_AFTER = 50;

  /** After how many deliveries what is not there any more is forgotten. */
  private static final int FORGET_AFTER = 10_000;

  private static final Logger LOG = LoggerFactory.getLogger(StoredDeliveries.class);

  private record Place(Instant at, String id) {
    static final Comparator<Place> ORDER = Comparator.comparing(Place::at).thenComparing(Place::id);
  }

  private final NotificationVault vault;
  private final SinkVault sink;
  private final SinkVault.Right right;
  private final Carried carried;
  private final Gate gate;
  private final Set<String> delivered;
  private final Map<String, Place> places = new HashMap<>();
  private final TreeSet<Place> waiting = new TreeSet<>(Place.ORDER);

  /** What is due and was carried when it was seen. */
  private final Map<String, NotificationRecord> notKept = new HashMap<>();

  /** The tasks that wait and whose notifications are known. */
  private final Set<TaskId> seen = new HashSet<>();

  private Set<String> lastSeen = Set.of();
  private int unforced;
  private int sinceForgotten;

  /** What is on the disk may lack some of these, or end in the middle of one. */
  private boolean incomplete = true;

  /**
   * Begins to deliver.
   *
   * @param right was taken; closed with this
   * @param carried what tasks that have not ended carry
   */
  StoredDeliveries(
      NotificationVault vault, SinkVault sink, SinkVault.Right right, Carried carried, Gate gate) {
    this.vault = vault;
    this.sink = sink;
    this.right = right;
    this.carried = carried;
    this.gate = gate;
    this.delivered = new HashSet<>(sink.delivered());
    forget();
  }

  /** What is not there any more need not be remembered as delivered: it will not come back. */
  private void forget() {
    Set<String> there = new HashSet<>(carried.all().keySet());
    there.addAll(vault.ids()); // afterwards: what is carried may become one of these meanwhile
    delivered.retainAll(there);
    sinceForgotten = 0;
    incomplete = true;
  }

  @Override
  public List<NotificationRecord> due(int most, Set<String> without) {
    gate.check();
    if (sinceForgotten >= FORGET_AFTER) {
      forget();
    }
    forceIfPossible();
    look();
    List<NotificationRecord> due = new ArrayList<>();
    for (Iterator<Place> all = waiting.iterator(); all.hasNext() && due.size() < most; ) {
      Place place = all.next();
      if (without.contains(place.id())) {
        continue;
      }
      Optional<NotificationRecord> record =
          Optional.ofNullable(notKept.get(place.id())).or(() -> vault.find(place.id()));
      if (record.isPresent()) {
        due.add(record.get());
      } else {
        all.remove(); // it was removed meanwhile
        places.remove(place.id());
      }
    }
    return due;
  }

  private void look() {
    for (NotificationRecord notification : carried.since(seen).values()) {
      if (await(notification)) {
        notKept.put(notification.id(), notification);
      }
    }
    Set<String> there =
        vault.ids(); // afterwards: what is carried may become one of these meanwhile
    if (there != lastSeen) {
      for (String id : there) {
        if (!delivered.contains(id) && !places.containsKey(id)) {
          vault.find(id).ifPresent(this::await);
        }
      }
      lastSeen = there;
    }
  }

  private boolean await(NotificationRecord notification) {
    String id = notification.id();
    if (delivered.contains(id)) {
      return false;
    }
    waiting.add(places.computeIfAbsent(id, key -> new Place(notification.at(), key)));
    return true;
  }

  @Override
  public void delivered(String id) {
    gate.check();
    delivered.add(id);
    notKept.remove(id);
    Place place = places.remove(id);
    if (place != null) {
      waiting.remove(place);
    }
    sinceForgotten++;
    unforced++;
    if (incomplete || !sink.isKnown()) {
      incomplete = true;
      begin();
      return;
    }
    incomplete = true;
    sink.add(id);
    incomplete = false;
    if (unforced >= FORCE_AFTER) {
      sink.sync();
      unforced = 0;
    }
  }

  private void begin() {
    sink.begin(delivered);
    incomplete = false;
    unforced = 0;
  }

  /** That it cannot be recorded now keeps nothing from being delivered. */
  private void forceIfPossible() {
    if (unforced == 0) {
      return;
    }
    try {
      if (incomplete) {
        begin();
      } else {
        sink.sync();
        unforced = 0;
      }
    } catch (StorageException e) {
      LOG.debug("what was delivered is recorded later", e);
    }
  }

  @Override
  public void close() {
    try {
      forceIfPossible();
    } finally {
      right.close();
    }
  }
}
