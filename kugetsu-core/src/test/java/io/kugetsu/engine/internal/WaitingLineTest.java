package io.kugetsu.engine.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.common.IssueRef;
import io.kugetsu.common.LimitKey;
import io.kugetsu.common.SessionKey;
import io.kugetsu.common.TaskId;
import io.kugetsu.engine.NewTask;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WaitingLineTest {
  private final WaitingLine line = new WaitingLine();
  private final List<Entry> waiting = new ArrayList<>();
  private long order;

  private static SessionKey session(int number) {
    return SessionKey.of(IssueRef.parse("local:line-" + number), Path.of("/r"));
  }

  private Entry entry(Random random, long place) {
    SessionKey session = random.nextInt(3) == 0 ? null : session(random.nextInt(4));
    Set<LimitKey> keys = new HashSet<>(Set.of(LimitKey.of("repo:" + random.nextInt(3))));
    if (session != null) {
      keys.add(LimitKey.session(session));
    }
    NewTask task =
        new NewTask(
            TaskId.next(Clock.systemUTC()),
            "agent",
            true,
            random.nextInt(4) - 1,
            keys,
            session,
            null,
            null,
            null,
            Map.of(),
            List.of());
    return Transitions.accept(task, place, Instant.EPOCH);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void it_is_always_in_the_order_that_a_whole_sorting_gives(long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < 600; i++) {
      step(random);
      List<Entry> expected = WholeLine.of(waiting);
      assertEquals(expected, line.entries());
      assertEquals(waiting.size(), line.size());
      for (int at = 0; at < expected.size(); at++) {
        assertEquals(at + 1, line.position(expected.get(at).task().id()));
      }
      checkCandidate(entry(random, order + 1));
      checkFronts();
    }
    while (!waiting.isEmpty()) {
      line.remove(waiting.remove(0).task().id());
    }
    assertEquals(List.of(), line.entries());
    assertTrue(line.lanes().isEmpty(), "nothing is left of what is gone");
    assertEquals(Optional.empty(), line.oldest());
  }

  private void step(Random random) {
    if (waiting.isEmpty() || random.nextInt(100) < 52) {
      // Mostly behind all others, now and then one that comes back to its place.
      Entry entry = entry(random, random.nextInt(5) == 0 ? random.nextInt(100) : 100 + order++);
      waiting.add(entry);
      line.put(entry);
    } else if (random.nextInt(4) == 0) {
      Entry known = waiting.get(random.nextInt(waiting.size()));
      line.put(known);
    } else {
      line.remove(waiting.remove(random.nextInt(waiting.size())).task().id());
    }
  }

  private void checkCandidate(Entry candidate) {
    List<Entry> with = new ArrayList<>(waiting);
    Entry last =
        new Entry(
            Transitions.accept(asNew(candidate), Long.MAX_VALUE, Instant.EPOCH).task(),
            false,
            List.of(),
            null);
    with.add(last);
    assertEquals(WholeLine.of(with).indexOf(last) + 1, line.positionOf(last));
  }

  private static NewTask asNew(Entry entry) {
    return new NewTask(
        entry.task().id(),
        entry.task().kind(),
        true,
        entry.task().priority(),
        entry.task().limitKeys(),
        entry.task().session(),
        null,
        null,
        null,
        Map.of(),
        List.of());
  }

  /** Of a session the first one only stands in a lane, and whoever is of none. */
  private void checkFronts() {
    Set<TaskId> fronts = new HashSet<>();
    line.lanes().forEach(lane -> lane.fronts().forEachRemaining(it -> fronts.add(id(it.entry()))));
    Set<TaskId> expected = new HashSet<>();
    for (Entry entry : waiting) {
      SessionKey session = entry.task().session();
      if (session == null || line.ofSession(session).get(0).equals(entry)) {
        expected.add(id(entry));
      }
    }
    assertEquals(expected, fronts);
  }

  private static TaskId id(Entry entry) {
    return entry.task().id();
  }
}
