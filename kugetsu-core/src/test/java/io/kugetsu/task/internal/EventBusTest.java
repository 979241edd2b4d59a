package io.kugetsu.task.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.common.ClosedException;
import io.kugetsu.task.EventSubscription;
import io.kugetsu.task.TaskEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventBusTest {
  private static final Duration LONG = Duration.ofSeconds(20);

  private final ExecutorService pool = Executors.newCachedThreadPool();
  private final EventBus bus = new EventBus(pool, 8);
  private final Events task = Events.ofNewTask();
  private final BlockingQueue<TaskEvent> seen = new LinkedBlockingQueue<>();
  private final CountDownLatch hold = new CountDownLatch(1);
  private final CountDownLatch entered = new CountDownLatch(1);

  @AfterEach
  void end() throws InterruptedException {
    hold.countDown();
    bus.close(LONG);
    pool.shutdown();
    assertTrue(pool.awaitTermination(20, TimeUnit.SECONDS), "threads left");
  }

  @Test
  void a_subscriber_gets_its_type_only_and_all_types_by_their_parent() throws Exception {
    BlockingQueue<TaskEvent.Started> starts = new LinkedBlockingQueue<>();
    bus.subscribe(TaskEvent.Started.class, starts::add);
    bus.subscribe(TaskEvent.class, seen::add);
    publish(task.queued(1), task.started(), task.pruned());
    assertEquals(task.queued(1), next());
    assertEquals(task.started(), next());
    assertEquals(task.pruned(), next());
    assertEquals(task.started(), starts.poll(20, TimeUnit.SECONDS));
    bus.close(LONG);
    assertTrue(starts.isEmpty());
  }

  @Test
  void events_come_in_order_one_at_a_time() throws Exception {
    EventBus roomy = new EventBus(pool);
    int threads = 3;
    int each = 300;
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    CountDownLatch all = new CountDownLatch(threads * each);
    List<TaskEvent.Queued> got = new ArrayList<>();
    EventSubscription subscription =
        roomy.subscribe(
            TaskEvent.Queued.class,
            event -> {
              most.accumulateAndGet(inside.incrementAndGet(), Math::max);
              got.add(event); // an unguarded list: the calls happen one after another
              inside.decrementAndGet();
              all.countDown();
            });
    CyclicBarrier together = new CyclicBarrier(threads);
    List<Future<?>> publishers = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      Events mine = Events.ofNewTask();
      publishers.add(
          pool.submit(
              () -> {
                together.await();
                for (int n = 0; n < each; n++) {
                  roomy.publish(mine.queued(n));
                }
                return null;
              }));
    }
    for (Future<?> publisher : publishers) {
      publisher.get();
    }
    assertTrue(all.await(20, TimeUnit.SECONDS), all + " missing");
    assertEquals(1, most.get());
    assertEquals(0, subscription.dropped());
    got.stream()
        .map(TaskEvent::task)
        .distinct()
        .forEach(
            id ->
                assertEquals(
                    IntStream.range(0, each).boxed().toList(),
                    got.stream()
                        .filter(event -> event.task().equals(id))
                        .map(TaskEvent.Queued::position)
                        .toList()));
    assertTrue(roomy.close(LONG));
  }

  @Test
  void a_listener_that_throws_is_counted_and_gets_the_next_event() throws Exception {
    EventSubscription bad =
        bus.subscribe(
            TaskEvent.class,
            event -> {
              seen.add(event);
              if (event instanceof TaskEvent.Started) {
                throw new IllegalStateException("on purpose");
              }
              throw new StackOverflowError("on purpose");
            });
    BlockingQueue<TaskEvent> good = new LinkedBlockingQueue<>();
    bus.subscribe(TaskEvent.class, good::add);
    publish(task.started(), task.pruned());
    assertEquals(task.started(), next());
    assertEquals(task.pruned(), next());
    assertEquals(task.started(), good.poll(20, TimeUnit.SECONDS));
    assertEquals(task.pruned(), good.poll(20, TimeUnit.SECONDS));
    assertTrue(bus.close(LONG));
    assertEquals(2, bad.failures());
    assertEquals(0, bad.dropped());
  }

  @Test
  void a_listener_that_blocks_delays_nobody_and_misses_the_oldest() throws Exception {
    EventSubscription slow = bus.subscribe(TaskEvent.Queued.class, event -> block());
    bus.subscribe(TaskEvent.Queued.class, seen::add);
    publish(task.queued(0));
    await(entered);
    for (int i = 1; i <= 20; i++) {
      publish(task.queued(i));
      assertTrue(i > 1 || next().equals(task.queued(0)));
      assertEquals(task.queued(i), next());
    }
    assertEquals(12, slow.dropped());
  }

  @Test
  void after_close_no_call_begins() throws Exception {
    AtomicReference<EventSubscription> own = new AtomicReference<>();
    AtomicInteger calls = new AtomicInteger();
    own.set(
        bus.subscribe(
            TaskEvent.class,
            event -> {
              calls.incrementAndGet();
              block();
            }));
    publish(task.started(), task.pruned());
    await(entered);
    own.get().close();
    own.get().close();
    hold.countDown();
    publish(task.started());
    assertTrue(bus.close(LONG));
    assertEquals(1, calls.get());
  }

  @Test
  void a_listener_may_close_its_own_subscription_and_then_the_bus() throws Exception {
    AtomicReference<EventSubscription> own = new AtomicReference<>();
    CountDownLatch ended = new CountDownLatch(1);
    AtomicBoolean quiet = new AtomicBoolean(true);
    own.set(
        bus.subscribe(
            TaskEvent.class,
            event -> {
              own.get().close();
              quiet.set(bus.close(Duration.ofDays(1)));
              ended.countDown();
            }));
    publish(task.started());
    await(ended);
    assertFalse(quiet.get(), "the call itself is under way");
  }

  @Test
  void closing_waits_for_calls_under_way_even_of_ended_subscriptions() throws Exception {
    EventSubscription subscription = bus.subscribe(TaskEvent.class, event -> block());
    publish(task.started());
    await(entered);
    subscription.close();
    assertFalse(bus.close(Duration.ofMillis(30)));
    assertFalse(bus.close(Duration.ofSeconds(Long.MIN_VALUE)));
    Future<Boolean> closing = pool.submit(() -> bus.close(Duration.ofSeconds(Long.MAX_VALUE)));
    assertFalse(closing.isDone());
    hold.countDown();
    assertTrue(closing.get(20, TimeUnit.SECONDS));
  }

  @Test
  void an_interrupt_ends_the_waiting_and_is_kept() throws Exception {
    bus.subscribe(TaskEvent.class, event -> block());
    publish(task.started());
    await(entered);
    Thread.currentThread().interrupt();
    assertFalse(bus.close(LONG));
    assertTrue(Thread.interrupted());
  }

  @Test
  void after_the_end_events_are_ignored_and_subscribing_fails() {
    bus.subscribe(TaskEvent.class, seen::add);
    assertTrue(bus.close(Duration.ZERO));
    publish(task.started());
    assertThrows(ClosedException.class, () -> bus.subscribe(TaskEvent.class, seen::add));
    assertFalse(bus.hasSubscribers(TaskEvent.class));
    assertTrue(seen.isEmpty());
  }

  @Test
  void knows_what_somebody_wants() {
    assertFalse(bus.hasSubscribers(TaskEvent.Output.class));
    EventSubscription starts = bus.subscribe(TaskEvent.Started.class, seen::add);
    assertTrue(bus.hasSubscribers(TaskEvent.Started.class));
    assertTrue(bus.hasSubscribers(TaskEvent.class));
    assertFalse(bus.hasSubscribers(TaskEvent.Output.class));
    EventSubscription all = bus.subscribe(TaskEvent.class, seen::add);
    assertTrue(bus.hasSubscribers(TaskEvent.Output.class));
    all.close();
    assertFalse(bus.hasSubscribers(TaskEvent.Output.class));
    starts.close();
    assertFalse(bus.hasSubscribers(TaskEvent.class));
  }

  @Test
  void a_listener_may_publish_and_subscribe_itself() throws Exception {
    bus.subscribe(
        TaskEvent.Started.class,
        event -> {
          bus.subscribe(TaskEvent.Pruned.class, seen::add);
          bus.publish(task.pruned());
        });
    publish(task.started());
    assertEquals(task.pruned(), next());
  }

  @Test
  void an_executor_that_calls_at_once_is_as_good() {
    EventBus direct = new EventBus(Runnable::run);
    List<TaskEvent> got = new ArrayList<>();
    direct.subscribe(
        TaskEvent.class,
        event -> {
          got.add(event);
          if (got.size() < 5_000) {
            direct.publish(task.queued(got.size()));
          }
        });
    direct.publish(task.queued(0));
    assertEquals(5_000, got.size());
    assertEquals(task.queued(4_999), got.get(4_999));
    assertTrue(direct.close(Duration.ZERO));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void what_the_executor_refused_comes_with_the_next_event(boolean says) {
    AtomicBoolean full = new AtomicBoolean(true);
    EventBus refused =
        new EventBus(
            action -> {
              if (full.get()) {
                if (says) {
                  throw new RejectedExecutionException("full");
                }
                throw new OutOfMemoryError("unable to create native thread");
              }
              action.run();
            });
    refused.subscribe(TaskEvent.class, seen::add);
    refused.publish(task.queued(1));
    refused.publish(task.queued(2));
    assertTrue(seen.isEmpty());
    full.set(false);
    refused.publish(task.queued(3));
    assertEquals(List.of(task.queued(1), task.queued(2), task.queued(3)), List.copyOf(seen));
  }

  @Test
  void nothing_is_missing_or_doubled_when_publishers_and_the_listener_race() throws Exception {
    for (int round = 0; round < 300; round++) {
      BlockingQueue<TaskEvent> got = new LinkedBlockingQueue<>();
      EventSubscription subscription = bus.subscribe(TaskEvent.class, got::add);
      CyclicBarrier together = new CyclicBarrier(2);
      List<Future<?>> publishers = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        int position = i;
        publishers.add(
            pool.submit(
                () -> {
                  together.await();
                  bus.publish(task.queued(position));
                  return null;
                }));
      }
      for (Future<?> publisher : publishers) {
        publisher.get();
      }
      int sum = 0;
      for (int i = 0; i < 2; i++) {
        TaskEvent event = got.poll(20, TimeUnit.SECONDS);
        assertTrue(event instanceof TaskEvent.Queued, "an event is missing in round " + round);
        sum += ((TaskEvent.Queued) event).position();
      }
      assertEquals(1, sum);
      subscription.close();
    }
  }

  private void publish(TaskEvent... events) {
    List.of(events).forEach(bus::publish);
  }

  private TaskEvent next() throws InterruptedException {
    return seen.poll(20, TimeUnit.SECONDS);
  }

  private void block() {
    entered.countDown();
    try {
      await(hold);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void await(CountDownLatch latch) throws InterruptedException {
    assertTrue(latch.await(20, TimeUnit.SECONDS));
  }
}
