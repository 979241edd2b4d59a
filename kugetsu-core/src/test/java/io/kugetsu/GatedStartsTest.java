package io.kugetsu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.common.IssueRef;
import io.kugetsu.common.LimitKey;
import io.kugetsu.common.LimitReachedException;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.engine.Headroom;
import io.kugetsu.support.LeakFree;
import io.kugetsu.support.ShellAgent;
import io.kugetsu.support.TestRepository;
import io.kugetsu.task.TaskHandle;
import io.kugetsu.task.TaskSpec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GatedStartsTest extends LeakFree {
  private static final IssueRef ISSUE = IssueRef.parse("local:scarce");

  @TempDir Path temp;

  @Test
  void while_something_is_scarce_no_agent_starts_and_everything_else_does() throws Exception {
    TestRepository repository = TestRepository.create(temp.resolve("shop"));
    AtomicInteger more = new AtomicInteger();
    CountDownLatch asked = new CountDownLatch(3);
    try (Kugetsu kugetsu =
        Kugetsu.builder(repository.directory())
            .directory(temp.resolve("state"))
            .environment(TestRepository.IDENTITY)
            .gates()
            .agent(ShellAgent.running("echo done"))
            .gates(
                () -> {
                  asked.countDown();
                  return new Headroom(more.get(), "the moon is full");
                })
            .open()) {
      kugetsu.init();
      TaskHandle waiting = kugetsu.delegate("work", ISSUE);
      assertThrows(LimitReachedException.class, () -> kugetsu.start(ISSUE, "work"));
      assertTrue(
          kugetsu
              .tasks()
              .start(TaskSpec.command("true"))
              .await(Duration.ofSeconds(60))
              .isSuccess());
      assertTrue(asked.await(60, TimeUnit.SECONDS), "it is asked again by itself");
      assertEquals(TaskStatus.PENDING, waiting.info().status());
      assertEquals(0, kugetsu.limiter().held(LimitKey.AGENTS));
      IssueRef other = IssueRef.parse("local:other");
      LimitReachedException refused =
          assertThrows(LimitReachedException.class, () -> kugetsu.start(other, "work"));
      assertTrue(refused.getMessage().contains("the moon is full"), refused::getMessage);

      more.set(1);
      assertTrue(waiting.await(Duration.ofSeconds(60)).isSuccess());
    }
  }
}
