package io.kugetsu.common;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class TaskIdTest {
  @Test
  void identifiers_sort_in_the_order_they_were_made_also_when_the_clock_is_set_back() {
    Instant now = Instant.now();
    List<TaskId> made = new ArrayList<>();
    for (Instant time :
        List.of(now, now, now.minusSeconds(3600), Instant.EPOCH, now.minusNanos(1))) {
      made.add(TaskId.next(Clock.fixed(time, ZoneOffset.UTC)));
    }

    assertEquals(made, made.stream().sorted().toList());
    assertEquals(made.size(), new HashSet<>(made).size());
  }

  @Test
  void an_identifier_has_one_form_that_is_safe_as_a_file_name() {
    TaskId id = TaskId.next(Clock.systemUTC());

    assertTrue(id.toString().matches("tsk_[0-9a-z]{19}"), id.toString());
    assertEquals(id, new TaskId(id.value()));
    for (String bad :
        List.of("", "tsk_", "tsk_../../../../../etc/x", id + "0", id.toString().toUpperCase())) {
      assertThrows(InvalidRequestException.class, () -> new TaskId(bad), bad);
    }
  }
}
