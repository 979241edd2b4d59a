package io.kugetsu.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.internal.Assignments.Assignment;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AssignmentsTest {
  @Test
  void quotes_around_a_value_and_comments_behind_it_are_taken_away() {
    Map<String, String> values =
        Map.ofEntries(
            Map.entry("x", "x"),
            Map.entry("", ""),
            Map.entry("  a b  # c", "a b"),
            Map.entry("a#b", "a#b"),
            Map.entry("\"a # b\" # c", "a # b"),
            Map.entry("'a \"b\"'", "a \"b\""),
            Map.entry("\"sh -c \\\"a \\\\ b\\\"\"", "sh -c \"a \\ b\""),
            Map.entry("sh -c 'a # b' # c", "sh -c 'a # b'"),
            Map.entry("\"/my tool/x\" --y", "\"/my tool/x\" --y"),
            Map.entry("\"open", "\"open"),
            Map.entry("''", ""));

    values.forEach(
        (text, value) ->
            assertEquals(
                Optional.of(new Assignment("KEY", value)), Assignments.parse("KEY=" + text), text));
  }

  @Test
  void keys_stand_alone_or_behind_export() {
    for (String line : List.of("A_1=x", " A_1 = x", "export A_1=x", "\texport  A_1 =x")) {
      assertEquals(Optional.of(new Assignment("A_1", "x")), Assignments.parse(line), line);
    }
    for (String line : List.of("A-1=x", "=x", "x", "1A=x", "A B=x")) {
      assertEquals(Optional.empty(), Assignments.parse(line), line);
    }
    assertTrue(Assignments.isEmpty("  # x") && Assignments.isEmpty(" "));
  }
}
