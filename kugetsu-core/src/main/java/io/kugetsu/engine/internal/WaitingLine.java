package io.kugetsu.engine.internal;

import io.kugetsu.common.LimitKey;
import io.kugetsu.common.SessionKey;
import io.kugetsu.common.TaskId;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.engine.Owner;
import io.kugetsu.engine.TaskRecord;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.ObjIntConsumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What waits, always in order, so that neither a look at who is next nor a change costs more the
 * more there waits: by priority, then by acceptance. Within a session the order of acceptance alone
 * decides; whoever stands before somebody of its own session is lent the higher priority.
 *
 * <p>Who could be next stands in a lane: those that need the same stand in the same one, and of a
 * session only the first. What awaits the tasks that it started stands in no line, but is known.
 * Not thread-safe: used under the engine's lock.
 */
final class WaitingLine {
  /**
   * What all in one lane have in common.
   *
   * @param kind their kind
   * @param keys their limit keys, without that of a session
   * @param onlyBy the only instance that can run them, or null
   */
  record Need(String kind, Set<LimitKey> keys, @Nullable Owner onlyBy) {}

  /** Those that need the same. */
  static final class Lane {
    private final Need need;
    private final TreeSet<Place> fronts = new TreeSet<>(ORDER);
    private int members;

    private Lane(Need need) {
      this.need = need;
    }

    Need need() {
      return need;
    }

    /** Those that could be next, in order. */
    Iterator<Place> fronts() {
      return fronts.iterator();
    }
  }

  /** A place in the line. */
  static final class Place {
    private final Entry entry;
    private final @Nullable Lane lane;
    private int lent;

    private Place(Entry entry, @Nullable Lane lane) {
      this.entry = entry;
      this.lane = lane;
      this.lent = entry.task().priority();
    }

    Entry entry() {
      return entry;
    }

    Need need() {
      return lane(this).need;
    }

    private TaskRecord task() {
      return entry.task();
    }
  }

  private static final Comparator<Place> BY_ACCEPTANCE =
      Comparator.comparing(Place::task, Line.BY_ACCEPTANCE);

  /** The order of the line. */
  static final Comparator<Place> ORDER =
      Comparator.<Place>comparingInt(place -> place.lent).reversed().thenComparing(BY_ACCEPTANCE);

  private final Map<TaskId, Place> places = new HashMap<>();
  private final TreeMap<Integer, TreeSet<Place>> byPriority =
      new TreeMap<>(Comparator.reverseOrder());
  private final Map<SessionKey, List<Place>> sessions = new HashMap<>();
  private final Map<Need, Lane> lanes = new HashMap<>();
  private final Map<TaskId, Entry> awaiting = new HashMap<>();
  private final Map<TaskId, Map<TaskId, Entry>> children = new HashMap<>();

  /** Gives what they need to everybody who stands in the line, with how many need the same. */
  void forEachNeed(ObjIntConsumer<Need> consumer) {
    lanes.values().forEach(lane -> consumer.accept(lane.need, lane.members));
  }

  /** How many stand in the line. */
  int size() {
    return places.size();
  }

  /** Adds what waits, or puts it in the place of what is known of it. */
  void put(Entry entry) {
    remove(entry.task().id());
    TaskId parent = entry.task().parent();
    if (parent != null) {
      children.computeIfAbsent(parent, any -> new HashMap<>(2)).put(entry.task().id(), entry);
    }
    if (entry.task().status() == TaskStatus.PENDING) {
      putInLine(entry);
    } else {
      awaiting.put(entry.task().id(), entry);
    }
  }

  private void putInLine(Entry entry) {
    Lane lane = lanes.computeIfAbsent(need(entry.task()), Lane::new);
    lane.members++;
    Place place = new Place(entry, lane);
    places.put(entry.task().id(), place);
    SessionKey session = entry.task().session();
    if (session == null) {
      enter(place, true);
      return;
    }
    List<Place> queue = sessions.computeIfAbsent(session, any -> new ArrayList<>(1));
    int at = -1 - Collections.binarySearch(queue, place, BY_ACCEPTANCE);
    if (at == 0 && !queue.isEmpty()) {
      lane(queue.get(0)).fronts.remove(queue.get(0));
    }
    queue.add(at, place);
    place.lent = priority(queue, at);
    enter(place, at == 0);
    lend(queue, at - 1);
  }

  /** Removes what waits no more; nothing happens when it is not there. */
  void remove(TaskId id) {
    Place place = places.remove(id);
    Entry gone = place == null ? awaiting.remove(id) : place.entry;
    TaskId parent = gone == null ? null : gone.task().parent();
    if (parent != null) {
      children.computeIfPresent(
          parent,
          (any, known) -> {
            known.remove(id);
            return known.isEmpty() ? null : known;
          });
    }
    if (place != null) {
      removeFromLine(place);
    }
  }

  private void removeFromLine(Place place) {
    leave(place);
    Lane lane = lane(place);
    lane.members--;
    if (lane.members == 0) {
      lanes.remove(lane.need);
    }
    SessionKey session = place.task().session();
    List<Place> queue = session == null ? null : sessions.get(session);
    if (session == null || queue == null) {
      return;
    }
    int at = Collections.binarySearch(queue, place, BY_ACCEPTANCE);
    queue.remove(at);
    if (queue.isEmpty()) {
      sessions.remove(session);
    } else if (at == 0) {
      lane(queue.get(0)).fronts.add(queue.get(0));
    }
    lend(queue, at - 1);
  }

  void clear() {
    places.clear();
    byPriority.clear();
    sessions.clear();
    lanes.clear();
    awaiting.clear();
    children.clear();
  }

  /** Lends, from a place on towards the front of a session, until nothing changes any more. */
  private void lend(List<Place> queue, int from) {
    for (int i = from; i >= 0; i--) {
      Place place = queue.get(i);
      int lent = priority(queue, i);
      if (lent == place.lent) {
        return;
      }
      leave(place);
      place.lent = lent;
      enter(place, i == 0);
    }
  }

  private static int priority(List<Place> queue, int at) {
    int own = queue.get(at).task().priority();
    return at + 1 < queue.size() ? Math.max(own, queue.get(at + 1).lent) : own;
  }

  private void enter(Place place, boolean front) {
    byPriority.computeIfAbsent(place.lent, any -> new TreeSet<>(ORDER)).add(place);
    if (front) {
      lane(place).fronts.add(place);
    }
  }

  private void leave(Place place) {
    byPriority.computeIfPresent(
        place.lent,
        (any, equals) -> {
          equals.remove(place);
          return equals.isEmpty() ? null : equals;
        });
    lane(place).fronts.remove(place);
  }

  private static Lane lane(Place place) {
    return Objects.requireNonNull(place.lane);
  }

  private static Need need(TaskRecord task) {
    SessionKey session = task.session();
    Set<LimitKey> keys = task.limitKeys();
    if (session != null) {
      LimitKey own = LimitKey.session(session);
      keys = keys.stream().filter(key -> !key.equals(own)).collect(Collectors.toUnmodifiableSet());
    }
    return new Need(task.kind(), keys, task.onlyBy());
  }

  /** What awaits the tasks that it started. */
  Collection<Entry> awaiting() {
    return Collections.unmodifiableCollection(awaiting.values());
  }

  /** What a task started and has not ended, as far as it waits. */
  Collection<Entry> children(TaskId parent) {
    return Collections.unmodifiableCollection(children.getOrDefault(parent, Map.of()).values());
  }

  /** All that stand in the line, in order. */
  List<Entry> entries() {
    List<Entry> entries = new ArrayList<>(places.size());
    byPriority.values().forEach(set -> set.forEach(place -> entries.add(place.entry)));
    return entries;
  }

  /** All that is known, in the line or not. */
  Set<TaskId> ids() {
    Set<TaskId> ids = new HashSet<>(places.keySet());
    ids.addAll(awaiting.keySet());
    return ids;
  }

  boolean has(TaskId id) {
    return places.containsKey(id) || awaiting.containsKey(id);
  }

  /** The place of a task, from 1; 0 when it does not wait. */
  int position(TaskId id) {
    Place place = places.get(id);
    return place == null ? 0 : before(place) + 1;
  }

  /** The place, from 1, that a task would have that is accepted now. */
  int positionOf(Entry candidate) {
    TaskRecord task = candidate.task();
    int before = before(new Place(candidate, null));
    if (task.session() != null) {
      for (Place place : sessions.getOrDefault(task.session(), List.of())) {
        before += place.lent < task.priority() ? 1 : 0; // it would lend to these
      }
    }
    return before + 1;
  }

  /** How many stand before a place. What comes last is counted from the end. */
  private int before(Place place) {
    int before = 0;
    for (TreeSet<Place> set : byPriority.headMap(place.lent).values()) {
      before += set.size();
    }
    TreeSet<Place> equals = byPriority.get(place.lent);
    if (equals == null) {
      return before;
    }
    Iterator<Place> fromFront = equals.iterator();
    Iterator<Place> fromEnd = equals.descendingIterator();
    for (int i = 0; fromFront.hasNext(); i++) {
      if (ORDER.compare(fromFront.next(), place) >= 0) {
        return before + i;
      }
      if (ORDER.compare(fromEnd.next(), place) < 0) {
        return before + equals.size() - i;
      }
    }
    return before;
  }

  /** Those of a session, in order. */
  List<Entry> ofSession(SessionKey session) {
    return sessions.getOrDefault(session, List.of()).stream().map(Place::entry).toList();
  }

  /** Who comes after somebody in its session. */
  Optional<Place> next(Place place) {
    SessionKey session = place.task().session();
    if (session == null) {
      return Optional.empty();
    }
    List<Place> queue = sessions.getOrDefault(session, List.of());
    int after = Collections.binarySearch(queue, place, BY_ACCEPTANCE) + 1;
    return after < queue.size() ? Optional.of(queue.get(after)) : Optional.empty();
  }

  /** All lanes, in no order. */
  Collection<Lane> lanes() {
    return Collections.unmodifiableCollection(lanes.values());
  }

  /** The instances without which something in the line can never run. */
  Set<Owner> instances() {
    return lanes.keySet().stream()
        .map(Need::onlyBy)
        .filter(Objects::nonNull)
        .collect(Collectors.toSet());
  }

  /** Those that only one of these instances can run. */
  List<Entry> onlyBy(Set<Owner> instances) {
    return instances.isEmpty()
        ? List.of()
        : entries().stream().filter(entry -> instances.contains(entry.task().onlyBy())).toList();
  }

  /** When that was accepted which waits longest. */
  Optional<Instant> oldest() {
    return byPriority.values().stream()
        .map(set -> set.first().task())
        .min(Line.BY_ACCEPTANCE)
        .map(TaskRecord::createdAt);
  }
}
