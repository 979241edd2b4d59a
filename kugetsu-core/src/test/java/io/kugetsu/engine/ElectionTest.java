package io.kugetsu.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.common.LimitKey;
import io.kugetsu.common.Limits;
import io.kugetsu.common.StopReason;
import io.kugetsu.common.TaskId;
import io.kugetsu.support.LeakFree;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who hands out the work of a directory. */
@Timeout(180)
class ElectionTest extends LeakFree {
  @TempDir Path directory;
  private Engine engine;
  private Candidate first;
  private Candidate second;

  /** An instance that stands for election on a thread of its own, as dispatchers do. */
  private static final class Candidate implements AutoCloseable {
    final Owner me = Engines.newOwner();
    private final ExecutorService thread = Executors.newSingleThreadExecutor();
    private final Dispatching dispatching;

    Candidate(Engine engine) {
      dispatching = engine.dispatching(me);
    }

    Set<String> share(String... kinds) throws Exception {
      return on(() -> dispatching.share(Set.of(kinds)));
    }

    private <T> T on(Callable<T> step) throws Exception {
      return thread.submit(step).get(60, TimeUnit.SECONDS);
    }

    @Override
    public void close() throws Exception {
      on(
          () -> {
            dispatching.close();
            return 0;
          });
      thread.shutdown();
    }
  }

  @BeforeEach
  void open() {
    engine = Engines.files(directory, Clock.systemUTC(), Engines.localProbe());
    first = new Candidate(engine);
    second = new Candidate(engine);
  }

  @AfterEach
  void close() throws Exception {
    first.close();
    second.close();
    engine.close();
  }

  @Test
  void one_of_several_is_elected_and_the_others_do_what_it_cannot() throws Exception {
    assertEquals(Set.of("agent", "command"), first.share("agent", "command"));
    assertEquals(Set.of("other"), second.share("agent", "other"));
    assertEquals(Optional.of(new Elected(first.me, Set.of("agent", "command"))), engine.elected());

    assertEquals(Set.of("agent", "other"), first.share("agent", "other"), "it learnt something");
    assertEquals(Set.of(), second.share("agent", "other"));
  }

  @Test
  void who_closes_or_hands_out_nothing_any_more_lets_the_next_one_know() throws Exception {
    first.share("agent");
    try (Engine other = Engines.files(directory, Clock.systemUTC(), Engines.localProbe())) {
      CountDownLatch free = new CountDownLatch(1);
      try (TaskStore.Subscription unused = other.tasks().onWork(free::countDown)) {
        assertEquals(Set.of(), first.share());
        assertTrue(free.await(60, TimeUnit.SECONDS), "no hint");
      }
      assertEquals(Optional.empty(), other.elected());
    }
    assertEquals(Set.of("agent"), second.share("agent"));
    assertEquals(Set.of(), first.share("agent"));
    second.close();
    assertEquals(Set.of("agent"), first.share("agent"));
    second = new Candidate(engine);
  }

  @Test
  void the_office_of_a_killed_program_is_free_at_once() throws Exception {
    try (ChildJvm child = new ChildJvm(ElectionChild.class, directory)) {
      child.awaitFirstLine();
      assertEquals(List.of("[agent]"), child.lines());
      assertEquals(Set.of("other"), first.share("agent", "other"));

      child.killAfter(0);

      assertEquals(Optional.empty(), engine.elected(), "what it left tells nothing");
      assertEquals(Set.of("agent", "other"), first.share("agent", "other"));
    }
  }

  @Test
  void where_nobody_can_be_elected_everybody_hands_out() throws Exception {
    Files.delete(directory.resolve("queue"));
    Files.createFile(directory.resolve("queue"));

    assertEquals(Set.of("agent"), first.share("agent"));
    assertEquals(Set.of("agent"), second.share("agent"));
  }

  @Test
  void in_memory_everybody_hands_out() {
    try (Engine memory = Engines.memory(Clock.systemUTC(), Engines.localProbe())) {
      assertEquals(Set.of("agent"), memory.dispatching(first.me).share(Set.of("agent")));
      assertEquals(Set.of("agent"), memory.dispatching(second.me).share(Set.of("agent")));
      assertEquals(Optional.empty(), memory.elected());
    }
  }

  @Test
  void who_is_not_elected_gets_what_it_alone_can_run_when_it_is_its_turn() {
    TaskId anybodys = enqueue(null);
    TaskId own = enqueue(first.me);
    enqueue(second.me);
    ClaimRequest request =
        new ClaimRequest(first.me, Set.of("agent"), Limits.of(1), 9, null, record -> List.of())
            .sharing(Set.of());

    assertEquals(List.of(), engine.tasks().claim(request), "another one is before it");
    engine.tasks().cancel(anybodys, StopReason.user("test"));

    assertEquals(
        List.of(own), engine.tasks().claim(request).stream().map(it -> it.task().id()).toList());
  }

  private TaskId enqueue(Owner onlyBy) {
    TaskId id = TaskId.next(Clock.systemUTC());
    engine
        .tasks()
        .enqueue(
            new NewTask(
                id,
                "agent",
                true,
                0,
                Set.of(LimitKey.AGENTS),
                null,
                onlyBy,
                null,
                null,
                Map.of(),
                List.of()));
    return id;
  }

  @Test
  void activity_tells_how_much_there_is_to_look_after() {
    assertEquals(Activity.NONE, engine.tasks().activity());
    TaskId id = enqueue(null);
    assertEquals(Activity.WAITING, engine.tasks().activity());
    Claim claim = engine.tasks().claim(CrashChild.request(first.me, 1)).get(0);
    assertEquals(Activity.RUNNING, engine.tasks().activity());
    engine.tasks().finish(claim.token(), CrashChild.finish(id));
    assertEquals(Activity.NONE, engine.tasks().activity());
  }

  @Test
  void what_a_newer_version_says_of_the_elected_one_stops_nobody() throws Exception {
    assertEquals(Set.of("agent"), first.share("agent"));
    Files.writeString(directory.resolve("queue/dispatcher.json"), "{\"format\": 2}");
    assertEquals(Optional.empty(), engine.elected());
    assertEquals(Set.of("agent"), second.share("agent"));
  }
}
