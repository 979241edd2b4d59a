package io.kugetsu.engine.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.common.IssueRef;
import io.kugetsu.common.LimitKey;
import io.kugetsu.common.Limits;
import io.kugetsu.common.SessionKey;
import io.kugetsu.common.TaskId;
import io.kugetsu.engine.Admission;
import io.kugetsu.engine.ClaimRequest;
import io.kugetsu.engine.Liveness;
import io.kugetsu.engine.Moment;
import io.kugetsu.engine.NewTask;
import io.kugetsu.engine.Owner;
import io.kugetsu.engine.TaskRecord;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The planner goes along lanes; here somebody goes down the whole line, and both must agree. */
class AdmissionPlannerTest {
  private static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");
  private static final Owner ME = owner("me");
  private static final Owner OTHER = owner("other");

  private final List<Entry> running = new ArrayList<>();
  private final List<Entry> waiting = new ArrayList<>();
  private final WaitingLine line = new WaitingLine();
  private final Set<SessionKey> held = new HashSet<>();
  private long order;

  private static Owner owner(String name) {
    return new Owner(name, name.length(), 1, "boot");
  }

  private static SessionKey session(int number) {
    return SessionKey.of(IssueRef.parse("local:plan-" + number), Path.of("/r"));
  }

  private Entry accepted(Random random) {
    SessionKey session = random.nextInt(3) == 0 ? null : session(random.nextInt(5));
    Set<LimitKey> keys = new HashSet<>();
    if (random.nextInt(4) > 0) {
      keys.add(LimitKey.AGENTS);
    }
    if (random.nextInt(3) > 0) {
      keys.add(LimitKey.of("repo:" + random.nextInt(3)));
    }
    if (session != null && random.nextInt(8) > 0) {
      keys.add(LimitKey.session(session));
    }
    Owner only = random.nextInt(8) > 0 ? null : random.nextBoolean() ? ME : OTHER;
    Instant notBefore = random.nextInt(8) > 0 ? null : NOW.plusSeconds(random.nextInt(3) - 1);
    NewTask task =
        new NewTask(
            TaskId.next(Clock.systemUTC()),
            random.nextInt(4) == 0 ? "other" : "agent",
            true,
            random.nextInt(3) - 1,
            keys,
            session,
            only,
            notBefore,
            null,
            Map.of(),
            List.of());
    return Transitions.accept(task, order++, NOW);
  }

  private void fill(Random random) {
    for (int i = random.nextInt(6); i > 0; i--) {
      running.add(Transitions.claim(accepted(random), OTHER, NOW, record -> List.of()));
    }
    for (int i = random.nextInt(30); i > 0; i--) {
      Entry entry = accepted(random);
      waiting.add(entry);
      line.put(entry);
    }
    held.add(session(random.nextInt(5)));
  }

  private ClaimRequest request(Random random, int want) {
    Limits limits = Limits.of(1 + random.nextInt(5)).perKey("repo:*", random.nextInt(3));
    Set<String> kinds = random.nextInt(3) == 0 ? Set.of("agent", "other") : Set.of("agent");
    return new ClaimRequest(ME, kinds, limits, want, null, record -> List.of());
  }

  private AdmissionPlanner planner(ClaimRequest request) {
    return new AdmissionPlanner(
        new AdmissionPlanner.Situation(
            running, line, held::contains, Map.of(), NOW, new Moment("boot", 0)),
        request,
        holder -> Liveness.ALIVE);
  }

  @ParameterizedTest
  @ValueSource(longs = {11, 12, 13, 14, 15, 16, 17, 18})
  void it_hands_out_what_a_walk_down_the_whole_line_hands_out(long seed) {
    Random random = new Random(seed);
    int handedOut = 0;
    for (int i = 0; i < 300; i++) {
      running.clear();
      waiting.clear();
      line.clear();
      held.clear();
      fill(random);
      ClaimRequest request = request(random, random.nextInt(8));
      List<Entry> given = planner(request).claim(request).given();
      assertEquals(walk(request, task -> mine(task, request), request.want()), given, "round " + i);
      handedOut += given.size();
      checkAdmission(accepted(random), request);
    }
    assertTrue(handedOut > 200, "something was handed out: " + handedOut);
  }

  private void checkAdmission(Entry candidate, ClaimRequest request) {
    Room room = room(request);
    List<Entry> before = walk(request, any -> true, Integer.MAX_VALUE, room);
    SessionKey session = candidate.task().session();
    boolean behind =
        session != null
            && (held.contains(session)
                || waiting.stream()
                    .anyMatch(
                        entry ->
                            session.equals(entry.task().session()) && !before.contains(entry)));
    boolean expected = !behind && room.fullKey(candidate.task()).isEmpty();
    Optional<Admission.Refused> refused = planner(request).admit(candidate, request);
    assertEquals(expected, refused.isEmpty());
    refused.ifPresent(
        refusal -> {
          List<Entry> with = new ArrayList<>(waiting);
          with.add(candidate);
          assertEquals(WholeLine.of(with).indexOf(candidate) + 1, refusal.position());
        });
  }

  private Room room(ClaimRequest request) {
    Room room = new Room(request.limits(), request.headroom(), Map.of(), new Moment("boot", 0));
    running.forEach(entry -> room.take(entry.task()));
    return room;
  }

  private List<Entry> walk(ClaimRequest request, Predicate<TaskRecord> gets, int want) {
    return walk(request, gets, want, room(request));
  }

  private List<Entry> walk(ClaimRequest request, Predicate<TaskRecord> gets, int want, Room room) {
    List<Entry> given = new ArrayList<>();
    Set<SessionKey> blocked = new HashSet<>(held);
    for (Entry entry : WholeLine.of(waiting)) {
      TaskRecord task = entry.task();
      SessionKey session = task.session();
      if (given.size() >= want) {
        return given;
      }
      if (!(session != null && blocked.contains(session))
          && keepsRoom(task, request)
          && room.fullKey(task).isEmpty()) {
        room.give(task);
        if (gets.test(task)) {
          given.add(entry);
        }
      } else if (session != null) {
        blocked.add(session);
      }
    }
    return given;
  }

  private static boolean mine(TaskRecord task, ClaimRequest request) {
    return request.kinds().contains(task.kind())
        && (task.onlyBy() == null || task.onlyBy().equals(ME));
  }

  private static boolean keepsRoom(TaskRecord task, ClaimRequest request) {
    return (task.onlyBy() != null || request.kinds().contains(task.kind()))
        && (task.notBefore() == null || !task.notBefore().isAfter(NOW));
  }
}
