package io.kugetsu.task.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.task.TaskEvent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class EventBufferTest {
  private final Events one = Events.ofNewTask();
  private final Events other = Events.ofNewTask();
  private final EventBuffer buffer = new EventBuffer(4);

  @Test
  void keeps_the_order_and_drops_nothing_while_there_is_room() {
    assertLeft(0, one.started(), one.progress("a"), one.progress("b"), one.output(0));
  }

  @Test
  void the_latest_progress_stands_for_those_before_it() {
    add(one.progress("a"), one.progress("b"), one.started(), one.progress("c"));
    add(one.queued(1), one.queued(2));
    assertLeft(0, one.started(), one.progress("c"), one.queued(1), one.queued(2));
  }

  @Test
  void the_oldest_output_goes_first_and_the_gap_is_in_the_offsets() {
    add(one.output(0), one.started(), one.output(1), one.output(2), one.output(3), one.output(4));
    assertLeft(2, one.started(), one.output(2), one.output(3), one.output(4));
  }

  @Test
  void a_noisy_run_does_not_push_out_what_is_told_of_others() {
    add(other.output(7), other.progress("here"));
    for (int i = 0; i < 100; i++) {
      add(one.output(i));
    }
    assertLeft(98, other.output(7), other.progress("here"), one.output(98), one.output(99));
  }

  @Test
  void epochs_of_one_task_do_not_stand_for_each_other() {
    Events next = Events.ofEpoch(one.head().task(), 2);
    add(one.progress("first"), next.progress("second"), one.started(), next.started());
    add(next.pruned());
    assertLeft(1, next.progress("second"), one.started(), next.started(), next.pruned());
  }

  @Test
  void where_nothing_can_be_merged_the_oldest_goes() {
    add(one.started(), one.queued(1), one.queued(2), one.queued(3), one.queued(4));
    assertLeft(1, one.queued(1), one.queued(2), one.queued(3), one.queued(4));
  }

  @Test
  void what_was_taken_stands_for_nothing() {
    add(one.output(0), one.output(1));
    assertEquals(one.output(0), buffer.take());
    assertEquals(one.output(1), buffer.take());
    add(one.output(2), one.started(), one.queued(1), one.queued(2), one.queued(3));
    assertLeft(1, one.started(), one.queued(1), one.queued(2), one.queued(3));
  }

  @Test
  void long_output_is_bounded_by_its_length_but_the_latest_of_a_run_stays() {
    String half = "x".repeat(EventBuffer.MOST_TEXT / 2 + 1);
    add(one.output(0, half), one.started(), one.output(half.length(), half));
    add(other.output(0, half));
    assertLeft(1, one.started(), one.output(half.length(), half), other.output(0, half));
  }

  @Test
  void is_never_larger_than_it_may_be_nor_out_of_order_and_counts_what_is_missing() {
    for (long seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      EventBuffer small = new EventBuffer(1 + random.nextInt(6));
      Events[] tasks = {Events.ofNewTask(), Events.ofNewTask()};
      Map<TaskEvent, Integer> number = new HashMap<>();
      List<TaskEvent> taken = new ArrayList<>();
      int added = 0;
      int progress = 0;
      for (; added < 300; added++) {
        Events task = tasks[random.nextInt(tasks.length)];
        int choice = random.nextInt(4);
        TaskEvent event =
            choice == 0
                ? task.queued(added)
                : choice == 1 ? task.progress("" + added) : task.output(added);
        progress += choice == 1 ? 1 : 0;
        number.put(event, added);
        small.add(event);
        if (random.nextInt(3) == 0 && small.entries() > 0) {
          taken.add(small.take());
        }
      }
      for (TaskEvent event = small.take(); event != null; event = small.take()) {
        taken.add(event);
      }
      for (int i = 1; i < taken.size(); i++) {
        assertTrue(number.get(taken.get(i - 1)) < number.get(taken.get(i)), "seed " + seed);
      }
      assertEquals(0, small.entries(), "seed " + seed);
      long missing = added - taken.size();
      long superseded = missing - small.dropped();
      assertTrue(superseded >= 0 && superseded <= progress, "seed " + seed);
    }
  }

  private void add(TaskEvent... events) {
    List.of(events).forEach(buffer::add);
  }

  /** What is left, after these were added if nothing was before. */
  private void assertLeft(long dropped, TaskEvent... expected) {
    if (buffer.entries() == 0) {
      add(expected);
    }
    for (TaskEvent event : expected) {
      assertEquals(event, buffer.take());
    }
    assertNull(buffer.take());
    assertEquals(0, buffer.entries());
    assertEquals(dropped, buffer.dropped());
  }
}
