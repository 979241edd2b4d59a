package io.kugetsu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.common.InvalidRequestException;
import io.kugetsu.common.IssueRef;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.notification.Notification;
import io.kugetsu.notification.NotificationSink;
import io.kugetsu.notification.NotificationType;
import io.kugetsu.notification.Posting;
import io.kugetsu.support.LeakFree;
import io.kugetsu.support.ShellAgent;
import io.kugetsu.support.TestRepository;
import io.kugetsu.task.TaskHandle;
import io.kugetsu.testing.ManualClock;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sinks of an instance get what tasks and people tell, of this instance and of others. */
class SinksOfKugetsuTest extends LeakFree {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final IssueRef ISSUE = IssueRef.parse("github.com/acme/shop#42");
  private static final String SECRET = "s3cr3t-value";

  @TempDir Path temp;

  private final BlockingQueue<Notification> given = new LinkedBlockingQueue<>();
  private TestRepository repository;

  @BeforeEach
  void makeRepository() throws Exception {
    repository = TestRepository.create(temp.resolve("shop"));
  }

  private KugetsuBuilder builder(String script) {
    Map<String, String> environment = new HashMap<>(TestRepository.IDENTITY);
    environment.put("BOT_TOKEN", SECRET);
    return Kugetsu.builder(repository.directory())
        .directory(temp.resolve("state"))
        .environment(environment)
        .gates()
        .agent(ShellAgent.running(script));
  }

  private Notification next() throws InterruptedException {
    Notification notification = given.poll(60, TimeUnit.SECONDS);
    assertTrue(notification != null, "nothing was told");
    return notification;
  }

  @Test
  void a_task_that_fails_is_told_with_its_end_whoever_runs_it() throws Exception {
    String script = "read m; echo working; echo token is $BOT_TOKEN; exit 3";
    NotificationSink sink = NotificationSink.listener("test", given::add);
    try (Kugetsu told = builder(script).sink(sink).dispatch(false).open();
        Kugetsu runs = builder(script).open()) {
      runs.init();
      TaskHandle task = runs.delegate("break it", ISSUE);
      assertEquals(TaskStatus.FAILED, task.await(LONG).status());
      List<NotificationType> types =
          List.of(
              NotificationType.TASK_QUEUED,
              NotificationType.TASK_DEQUEUED,
              NotificationType.TASK_STARTED);
      for (NotificationType type : types) {
        assertEquals(type, next().type());
      }
      Notification end = next();
      assertEquals(NotificationType.TASK_ERROR, end.type());
      assertEquals(Optional.of(task.id()), end.task());
      assertEquals(Optional.of(ISSUE), end.ref());
      assertEquals(Optional.of(TaskStatus.FAILED), end.status());
      assertEquals(Optional.of("exit_code"), end.failure());
      assertEquals(OptionalInt.of(3), end.exitCode());
      assertTrue(end.lastOutput().contains("working"), end::lastOutput);
      assertFalse(end.toString().contains(SECRET), end::toString);
      assertEquals(4, told.notifications().unread().size());
    }
    assertEquals(List.of(), List.copyOf(given), "each once");
  }

  @Test
  void what_ends_just_before_the_closing_is_still_told() throws Exception {
    NotificationSink sink = NotificationSink.listener("test", given::add);
    try (Kugetsu kugetsu = builder("cat").sink(sink).open()) {
      kugetsu.init();
      assertTrue(kugetsu.delegate("work", ISSUE).await(LONG).isSuccess());
    }
    assertTrue(
        given.stream().anyMatch(it -> it.type() == NotificationType.TASK_COMPLETED),
        given::toString);
  }

  @Test
  void others_post_what_no_task_tells_once_for_a_key_and_without_secrets() throws Exception {
    NotificationSink sink = NotificationSink.listener("test", given::add);
    try (Kugetsu kugetsu = builder("cat").sink(sink).open()) {
      Posting blocked =
          Posting.blocked("the forge is away:\n  BOT_TOKEN=" + SECRET).ref(ISSUE).key("forge/1 ");
      Notification first = kugetsu.notifications().post(blocked);
      assertEquals(first, next());
      assertEquals("the forge is away: BOT_TOKEN=***MASKED***", first.message());
      assertEquals(Optional.of(ISSUE), first.ref());
      assertEquals(first, kugetsu.notifications().post(blocked));
      assertEquals(first, kugetsu.notifications().post(Posting.blocked("other").key("forge/1 ")));
      Notification other = kugetsu.notifications().post(Posting.assigned("to 42").key("forge/1 "));
      assertEquals(NotificationType.TASK_ASSIGNED, next().type());
      Notification again = kugetsu.notifications().post(Posting.assigned("to 42"));
      assertEquals(again, next());
      assertEquals(List.of(first, other, again), kugetsu.notifications().list());
      assertEquals(1, kugetsu.notifications().markRead(List.of(first.id())));
      assertTrue(kugetsu.notifications().post(blocked).read(), "the kept one");
    }
    assertEquals(List.of(), List.copyOf(given));
    assertThrows(InvalidRequestException.class, () -> Posting.blocked(" "));
    assertThrows(InvalidRequestException.class, () -> Posting.blocked("x").key(""));
    assertThrows(
        InvalidRequestException.class,
        () ->
            new Posting(
                NotificationType.TASK_COMPLETED,
                "done",
                Optional.empty(),
                Optional.empty(),
                Optional.empty()));
  }

  @Test
  void two_sinks_of_one_name_are_refused() {
    KugetsuBuilder builder = builder("cat").sink(NotificationSink.log("log"));
    assertThrows(InvalidRequestException.class, () -> builder.sink(NotificationSink.log("log")));
  }

  @Test
  void what_was_read_or_only_told_of_a_step_goes_with_its_time_and_the_rest_stays() {
    ManualClock clock = new ManualClock(Instant.parse("2026-11-21T12:00:00Z"));
    try (Kugetsu kugetsu = builder("read m; test $m = good").clock(clock).open()) {
      kugetsu.init();
      assertTrue(kugetsu.delegate("good", ISSUE).await(LONG).isSuccess());
      TaskHandle bad = kugetsu.delegate("bad", ISSUE);
      assertEquals(TaskStatus.FAILED, bad.await(LONG).status());
      Notification read = kugetsu.notifications().post(Posting.assigned("read"));
      kugetsu.notifications().post(Posting.blocked("not read"));
      kugetsu.notifications().markRead(List.of(read.id()));
      assertEquals(10, kugetsu.notifications().list().size());
      clock.advance(Duration.ofDays(7).plusSeconds(1));
      kugetsu.tasks().prune();
      assertEquals(
          List.of(
              NotificationType.TASK_COMPLETED,
              NotificationType.TASK_ERROR,
              NotificationType.TASK_BLOCKED),
          kugetsu.notifications().list().stream().map(Notification::type).sorted().toList());
      kugetsu.notifications().markAllRead();
      kugetsu.tasks().prune();
      assertEquals(List.of(), kugetsu.notifications().list());
    }
  }
}
