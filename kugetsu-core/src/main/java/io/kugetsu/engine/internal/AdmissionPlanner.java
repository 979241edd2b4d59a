package io.kugetsu.engine.internal;

import io.kugetsu.common.LimitKey;
import io.kugetsu.common.SessionKey;
import io.kugetsu.common.TaskId;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.engine.Admission;
import io.kugetsu.engine.ClaimRequest;
import io.kugetsu.engine.Headroom;
import io.kugetsu.engine.Holder;
import io.kugetsu.engine.KeyState;
import io.kugetsu.engine.Liveness;
import io.kugetsu.engine.Moment;
import io.kugetsu.engine.Owner;
import io.kugetsu.engine.TaskRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The admission decision, the only one there is: who may run now, given what runs and what waits.
 * It reads what it is given, asks the probe who lives, and changes nothing. One planner serves one
 * decision.
 */
final class AdmissionPlanner {
  /**
   * What to do.
   *
   * @param cancelled pending tasks that nobody can run any more
   * @param stopped children of what was stopped that were not stopped themselves
   * @param orphans runs of dead owners, and of none, to be taken over
   * @param given pending tasks to hand out, in order
   */
  record Plan(List<Entry> cancelled, List<Entry> stopped, List<Entry> orphans, List<Entry> given) {}

  /**
   * What a decision is made from.
   *
   * @param running what runs
   * @param line what waits, and what is awaiting
   * @param held which sessions get nothing
   * @param keyStates what is held against limit keys
   * @param now the time to show
   * @param moment the time that waiting is measured by
   */
  record Situation(
      Collection<Entry> running,
      WaitingLine line,
      Predicate<SessionKey> held,
      Map<LimitKey, KeyState> keyStates,
      Instant now,
      Moment moment) {}

  private final Predicate<SessionKey> held;
  private final Liveness.Probe probe;
  private final Instant now;
  private final Moment moment;
  private final Room room;
  private final Map<Owner, Liveness> owners = new HashMap<>();
  private final List<Entry> orphans = new ArrayList<>();
  private final Map<SessionKey, List<TaskRecord>> unsettled = new HashMap<>();
  private final WaitingLine line;
  private final List<Entry> cancelled = new ArrayList<>();
  private final List<Entry> stopped = new ArrayList<>();

  /** What stands in the line, but will not run. */
  private final Set<TaskId> leaving = new HashSet<>();

  AdmissionPlanner(Situation situation, ClaimRequest request, Liveness.Probe probe) {
    this.held = situation.held();
    this.probe = probe;
    this.now = situation.now();
    this.moment = situation.moment();
    this.room = new Room(request.limits(), request.headroom(), situation.keyStates(), moment);
    this.line = situation.line();
    situation.running().forEach(this::count);
    Set<Owner> dead = line.instances();
    dead.removeIf(owner -> liveness(owner) != Liveness.DEAD);
    settle(situation);
    for (Entry lost : line.onlyBy(dead)) {
      if (leaving.add(lost.task().id())) {
        cancelled.add(lost);
      }
    }
  }

  /** Finds what awaits nothing any more, and what goes on although its parent was stopped. */
  private void settle(Situation situation) {
    Map<TaskId, List<Entry>> runningChildren = new HashMap<>();
    List<Entry> parents = new ArrayList<>(line.awaiting());
    for (Entry entry : situation.running()) {
      parents.add(entry);
      TaskId parent = entry.task().parent();
      if (parent != null) {
        runningChildren.computeIfAbsent(parent, any -> new ArrayList<>()).add(entry);
      }
    }
    for (Entry parent : parents) {
      TaskRecord task = parent.task();
      List<Entry> children = new ArrayList<>(line.children(task.id()));
      children.addAll(runningChildren.getOrDefault(task.id(), List.of()));
      if (task.stop() != null) {
        children.stream()
            .filter(child -> Families.isToStop(child.task()))
            .forEach(
                child -> {
                  stopped.add(child);
                  leaving.add(child.task().id());
                });
      }
      if (task.status() == TaskStatus.AWAITING && children.isEmpty() && isNobodys(task)) {
        orphans.add(parent);
      }
    }
  }

  private boolean isNobodys(TaskRecord task) {
    return task.owner() == null || liveness(task.owner()) == Liveness.DEAD;
  }

  /** What a claim gets. */
  Plan claim(ClaimRequest request) {
    List<Entry> given = give(request, task -> isFor(task, request), request.want());
    List<Entry> toSettle =
        orphans.stream()
            .filter(entry -> request.kinds().contains(entry.task().kind()))
            .sorted(Comparator.comparing(Entry::task, Line.BY_ACCEPTANCE))
            .toList();
    return new Plan(List.copyOf(cancelled), List.copyOf(stopped), toSettle, given);
  }

  /**
   * Whether a task that is to run at once can.
   *
   * @return empty when there is room for it
   */
  Optional<Admission.Refused> admit(Entry candidate, ClaimRequest request) {
    TaskRecord task = candidate.task();
    List<Entry> given = give(request, any -> true, Integer.MAX_VALUE);
    Set<TaskId> handedOut = new HashSet<>();
    given.forEach(entry -> handedOut.add(entry.task().id()));
    SessionKey session = task.session();
    if (session != null) {
      List<TaskRecord> inFront = new ArrayList<>(unsettled.getOrDefault(session, List.of()));
      line.ofSession(session).stream()
          .map(Entry::task)
          .filter(other -> !handedOut.contains(other.id()) && !leaving.contains(other.id()))
          .forEach(inFront::add);
      if (!inFront.isEmpty() || held.test(session)) {
        LimitKey key = LimitKey.session(session);
        inFront.addAll(room.holders(key));
        return Optional.of(new Admission.Refused(key, 1, ids(inFront), position(candidate)));
      }
    }
    return room.fullKey(task)
        .map(
            key ->
                room.explained(
                    new Admission.Refused(
                        key, room.limit(key), ids(room.holders(key)), position(candidate))));
  }

  /**
   * Passes down the line once and hands out what the caller gets; what else could run now keeps its
   * room. A session's order is never broken. A lane with a full key is left at once: room only gets
   * less within one decision.
   */
  private List<Entry> give(ClaimRequest request, Predicate<TaskRecord> gets, int want) {
    List<Entry> given = new ArrayList<>();
    Predicate<WaitingLine.Need> stands =
        need ->
            need.onlyBy() != null
                || request.kinds().contains(need.kind())
                || request.others().contains(need.kind());
    PriorityQueue<Stretch> next = new PriorityQueue<>(BY_PLACE);
    for (WaitingLine.Lane lane : line.lanes()) {
      if (stands.test(lane.need())) {
        add(next, lane.fronts(), lane.need());
      }
    }
    while (given.size() < want && !next.isEmpty()) {
      Stretch first = next.remove();
      boolean useless = leaving.isEmpty() && !room.hasRoom(first.need.keys());
      if (useless) {
        continue;
      }
      TaskRecord task = first.place.entry().task();
      boolean leaves = leaving.contains(task.id());
      boolean runs =
          !leaves && isDue(task) && room.hasRoom(task.limitKeys()) && !isHeld(task.session());
      if (runs) {
        room.give(task);
        if (gets.test(task)) {
          given.add(first.place.entry());
        }
      }
      if (runs || leaves) {
        line.next(first.place)
            .filter(behind -> stands.test(behind.need()))
            .ifPresent(behind -> add(next, List.of(behind).iterator(), behind.need()));
      }
      add(next, first.rest, first.need);
    }
    return given;
  }

  /** A place that could be next, and those after it that need the same. */
  private record Stretch(
      WaitingLine.Place place, Iterator<WaitingLine.Place> rest, WaitingLine.Need need) {}

  private static final Comparator<Stretch> BY_PLACE =
      Comparator.comparing(Stretch::place, WaitingLine.ORDER);

  private static void add(
      PriorityQueue<Stretch> next, Iterator<WaitingLine.Place> places, WaitingLine.Need need) {
    if (places.hasNext()) {
      next.add(new Stretch(places.next(), places, need));
    }
  }

  /** Asked last: to find out whether a session is held takes a look at its record. */
  private boolean isHeld(@Nullable SessionKey session) {
    return session != null && (unsettled.containsKey(session) || held.test(session));
  }

  /** What the caller is handed out: what it can run, unless another instance has to. */
  private static boolean isFor(TaskRecord task, ClaimRequest request) {
    Owner only = task.onlyBy();
    boolean mine = only != null && only.instance().equals(request.me().instance());
    boolean served = request.kinds().contains(task.kind());
    boolean known = served || request.others().contains(task.kind());
    return (only == null ? served : mine && known)
        && (request.only() == null || task.id().equals(request.only()));
  }

  /** Whether it is time for it. */
  private boolean isDue(TaskRecord task) {
    return (task.notBefore() == null || !task.notBefore().isAfter(now))
        && (task.heldUntil() == null || task.heldUntil().hasCome(moment));
  }

  /**
   * A run holds its permits until its owner says that it ended. When the owner is gone, or has let
   * go of it, somebody else takes it over, and the run itself is asked: one that lives keeps its
   * permits, one that is gone too holds nothing, but its session waits for it to be settled.
   */
  private void count(Entry entry) {
    TaskRecord task = entry.task();
    Owner owner = task.owner();
    // What only a newer version understands has neither owner nor holder here: it counts, no more.
    boolean abandoned = owner == null ? task.holder() != null : liveness(owner) == Liveness.DEAD;
    boolean dead = entry.settling() || (abandoned && isDead(task.holder()));
    if (abandoned) {
      orphans.add(entry.settling(dead));
    }
    if (!dead) {
      if (isRecent(task)) {
        room.give(task);
      } else {
        room.take(task);
      }
      return;
    }
    if (task.session() != null) {
      unsettled.computeIfAbsent(task.session(), any -> new ArrayList<>()).add(task);
    }
  }

  /** Whether it may not hold yet what it will, so that what is free tells nothing of it. */
  private boolean isRecent(TaskRecord task) {
    Instant claimed = task.claimedAt();
    return claimed != null && Duration.between(claimed, now).abs().compareTo(Headroom.UNSEEN) < 0;
  }

  private boolean isDead(@Nullable Holder holder) {
    if (holder instanceof Holder.Instance instance) {
      return liveness(instance.owner()) == Liveness.DEAD;
    }
    return holder == null || probe.probe(holder) == Liveness.DEAD;
  }

  private Liveness liveness(Owner owner) {
    return owners.computeIfAbsent(owner, any -> probe.probe(new Holder.Instance(owner)));
  }

  private int position(Entry candidate) {
    int position = line.positionOf(candidate);
    for (TaskId id : leaving) {
      int place = line.position(id);
      position -= place > 0 && place < position ? 1 : 0;
    }
    return position;
  }

  private static List<TaskId> ids(List<TaskRecord> tasks) {
    return tasks.stream().sorted(Line.BY_ACCEPTANCE).map(TaskRecord::id).distinct().toList();
  }
}
