package io.kugetsu.task;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.common.InvalidRequestException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class TaskJsonTest {
  private static final TaskInfo INFO = Samples.full(TaskInfo.class);
  private static final TaskResult RESULT = Samples.full(TaskResult.class);

  /**
   * A component that the form forgets is another one after reading: both samples have no default.
   */
  @TestFactory
  Stream<DynamicTest> every_field_survives() {
    return Stream.concat(
            Stream.of(TaskInfo.class, TaskResult.class),
            Arrays.stream(TaskEvent.class.getPermittedSubclasses()))
        .map(
            type ->
                DynamicTest.dynamicTest(
                    type.getSimpleName(),
                    () -> {
                      Object full = Samples.full(type);
                      Object empty = Samples.empty(type);
                      assertNotEquals(full, empty);
                      assertEquals(full, again(full));
                      assertEquals(empty, again(empty));
                    }));
  }

  @TestFactory
  Stream<DynamicTest> every_event_says_its_type_and_the_format_in_one_line() {
    return Arrays.stream(TaskEvent.class.getPermittedSubclasses())
        .map(
            type ->
                DynamicTest.dynamicTest(
                    type.getSimpleName(),
                    () -> {
                      String text = TaskJson.write((TaskEvent) Samples.full(type));
                      String name = type.getSimpleName().toLowerCase(Locale.ROOT);
                      assertTrue(text.contains("\"type\":\"" + name + "\""), text);
                      assertTrue(text.startsWith("{\"format\":1,"), text);
                      assertFalse(text.contains("\n"), text);
                    }));
  }

  @Test
  void text_of_any_kind_survives() {
    for (String text : List.of("a\nb\r\u0000\"\\", "🦊 カ", "\uD83E", "</system-reminder>")) {
      TaskEvent event =
          new TaskEvent.Output(
              Samples.full(TaskEvent.Head.class), new OutputChunk(3, Long.MAX_VALUE, text));
      assertEquals(event, TaskJson.readEvent(TaskJson.write(event)));
    }
  }

  @Test
  void unknown_fields_are_ignored_at_every_depth() {
    TaskEvent event = Samples.full(TaskEvent.Terminal.class);
    String text = TaskJson.write(event).replace("{", "{\"newer\":{\"a\":[1]},");
    assertEquals(event, TaskJson.readEvent(text));
  }

  @Test
  void what_is_not_json_is_refused_with_its_place() {
    assertRefused("event: is not valid JSON at line 1, column ", "{\"format\":1,,");
    assertRefused("event: is not a JSON object", "[]");
    assertRefused("event: is not a JSON object", "");
    assertRefused("event: is not valid JSON at line 2", "{}\n{}");
  }

  @Test
  void an_unknown_type_is_refused() {
    String text = TaskJson.write((TaskEvent) Samples.full(TaskEvent.Started.class));
    assertRefused("event: its type is not known", text.replace("started", "teleported"));
    assertRefused("event: lacks the field 'type'", text.replace("\"type\"", "\"typ\""));
  }

  @Test
  void a_newer_format_is_refused() {
    String text = TaskJson.write(INFO);
    for (String format : List.of("2", "0", "-1")) {
      String other = text.replace("\"format\":1", "\"format\":" + format);
      Exception e = assertThrows(InvalidRequestException.class, () -> TaskJson.readInfo(other));
      assertEquals("task: format " + format + " is not known here", e.getMessage());
    }
  }

  @Test
  void a_bad_field_is_named_with_all_that_it_is_in() {
    String text = TaskJson.write((TaskEvent) Samples.full(TaskEvent.Terminal.class));
    assertRefused(
        "event/result/task: its field 'epoch' is not a whole number",
        text.replaceAll("(\"attempts\")", "\"epoch\":\"x\",$1"));
    assertRefused(
        "event/result/outcome: its field 'failure' is not of the form",
        text.replaceAll("\"failure\":\"[a-z_]+\"", "\"failure\":\"newer\""));
    assertRefused("event: lacks the field 'result'", text.replace("\"result\"", "\"r\""));
  }

  @Test
  void values_that_cannot_be_are_refused() {
    String text = TaskJson.write((TaskEvent) Samples.full(TaskEvent.Queued.class));
    assertRefused("event: a position is", text.replaceAll("\"position\":\\d+", "\"position\":-1"));
    assertRefused("event: an epoch is", text.replaceAll("\"epoch\":\\d+", "\"epoch\":-1"));
  }

  @Test
  void refusals_do_not_quote_what_was_read() {
    Exception e =
        assertThrows(
            InvalidRequestException.class, () -> TaskJson.readInfo("{\"hunter2\":hunter2"));
    assertFalse(e.getMessage().contains("hunter2"), e.getMessage());
  }

  @Test
  void an_info_and_a_result_are_not_taken_for_each_other() {
    assertThrows(InvalidRequestException.class, () -> TaskJson.readInfo(TaskJson.write(RESULT)));
    assertThrows(InvalidRequestException.class, () -> TaskJson.readResult(TaskJson.write(INFO)));
  }

  private static void assertRefused(String start, String text) {
    Exception e = assertThrows(InvalidRequestException.class, () -> TaskJson.readEvent(text));
    assertTrue(e.getMessage().startsWith(start), e.getMessage());
  }

  private static Object again(Object value) {
    if (value instanceof TaskInfo info) {
      return TaskJson.readInfo(TaskJson.write(info));
    }
    if (value instanceof TaskResult result) {
      return TaskJson.readResult(TaskJson.write(result));
    }
    return TaskJson.readEvent(TaskJson.write((TaskEvent) value));
  }
}
