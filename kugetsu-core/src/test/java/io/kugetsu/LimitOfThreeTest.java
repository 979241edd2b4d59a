package io.kugetsu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.common.IssueRef;
import io.kugetsu.common.LimitKey;
import io.kugetsu.common.LimitReachedException;
import io.kugetsu.common.Limits;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.support.Fifo;
import io.kugetsu.support.LeakFree;
import io.kugetsu.support.OsProcesses;
import io.kugetsu.support.ShellAgent;
import io.kugetsu.support.TestRepository;
import io.kugetsu.task.TaskHandle;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With a limit of 3: issues 49, 57 and 60 are worked on, and 56 comes. */
class LimitOfThreeTest extends LeakFree {
  private static final Duration LONG = Duration.ofSeconds(60);

  @TempDir Path temp;
  private final Map<Integer, Fifo> gates = new HashMap<>();
  private final Map<Integer, Fifo> began = new HashMap<>();

  @BeforeEach
  void makeRepository() throws Exception {
    TestRepository.create(temp.resolve("shop"));
    for (int issue : List.of(49, 56, 57, 60)) {
      began.put(issue, Fifo.create(temp.resolve("began-" + issue)));
      gates.put(issue, Fifo.create(temp.resolve("gate-" + issue)));
    }
  }

  private Kugetsu open() {
    Kugetsu kugetsu =
        Kugetsu.builder(temp.resolve("shop"))
            .directory(temp.resolve("state"))
            .environment(TestRepository.IDENTITY)
            .gates()
            .limits(Limits.of(3))
            .agent(
                ShellAgent.running(
                    "read issue; echo \"$issue\" >'"
                        + temp.resolve("began-")
                        + "'$issue; read x <'"
                        + temp.resolve("gate-")
                        + "'$issue"))
            .open();
    kugetsu.init();
    return kugetsu;
  }

  private static IssueRef ref(int issue) {
    return IssueRef.parse("github.com/acme/shop#" + issue);
  }

  private static String message(int issue) {
    return issue + "\n";
  }

  @Test
  void a_fourth_is_refused_or_waits_and_starts_when_one_of_the_three_is_done() throws Exception {
    try (Kugetsu kugetsu = open()) {
      TaskHandle first = kugetsu.start(ref(49), message(49));
      TaskHandle second = kugetsu.start(ref(57), message(57));
      TaskHandle third = kugetsu.start(ref(60), message(60));
      for (int issue : List.of(49, 57, 60)) {
        assertEquals(Integer.toString(issue), began.get(issue).read());
      }

      LimitReachedException refused =
          assertThrows(LimitReachedException.class, () -> kugetsu.start(ref(56), message(56)));
      assertEquals(LimitKey.AGENTS, refused.key());
      assertEquals(3, refused.limit());
      assertEquals(
          new TreeSet<>(List.of(first.id(), second.id(), third.id())),
          new TreeSet<>(refused.holders()));
      assertTrue(kugetsu.session(ref(56)).isEmpty(), "nothing is left of what was refused");

      TaskHandle waiting = kugetsu.delegate(message(56), ref(56));
      assertEquals(TaskStatus.PENDING, waiting.info().status());
      assertEquals(1, kugetsu.queue().find(waiting.id()).orElseThrow().position().orElseThrow());

      TaskHandle further = kugetsu.continueSession(ref(57), message(57));
      assertEquals(TaskStatus.PENDING, further.info().status(), "its run needs a permit too");
      assertEquals(3, kugetsu.limiter().held(LimitKey.AGENTS));
      assertEquals(List.of(), OsProcesses.of(waiting.id() + ".1"));

      gates.get(49).write("done");
      assertEquals("56", began.get(56).read(), "it starts by the end of 49, long before any sweep");
      waiting.started().toCompletableFuture().get(60, TimeUnit.SECONDS);
      assertTrue(first.await(LONG).isSuccess());
      assertEquals(TaskStatus.PENDING, further.info().status(), "57 still runs");

      gates.get(57).write("done");
      assertEquals("57", began.get(57).read(), "the same session goes on");
      assertTrue(second.await(LONG).isSuccess());
      for (int issue : List.of(56, 57, 60)) {
        gates.get(issue).write("done");
      }
      for (TaskHandle each : List.of(waiting, further, third)) {
        assertTrue(each.await(LONG).isSuccess());
      }
      assertEquals(0, kugetsu.limiter().held(LimitKey.AGENTS));
    }
  }
}
