package io.kugetsu.worktree.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.kugetsu.worktree.internal.setup.CommandWords;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CommandWordsTest {
  @Test
  void words_are_split_as_a_shell_splits_them_and_nothing_is_replaced() {
    Map<String, List<String>> words =
        Map.ofEntries(
            Map.entry("", List.of()),
            Map.entry("  npm \t ci ", List.of("npm", "ci")),
            Map.entry("sh -c 'a && \"b\"'", List.of("sh", "-c", "a && \"b\"")),
            Map.entry("a\"b c\"'d e'f", List.of("ab cd ef")),
            Map.entry("a '' \"\"", List.of("a", "", "")),
            Map.entry("a\\ b \\'c \\\\", List.of("a b", "'c", "\\")),
            Map.entry("\"\\\"\\$\\\\\\n'\"", List.of("\"$\\\\n'")),
            Map.entry("'a\\'", List.of("a\\")),
            Map.entry(
                "$HOME `x` $(y) * ; > z #",
                List.of("$HOME", "`x`", "$(y)", "*", ";", ">", "z", "#")));

    words.forEach((command, expected) -> assertEquals(expected, CommandWords.of(command), command));
  }

  @Test
  void what_has_no_end_is_no_command() {
    for (String command : List.of("'a", "\"a", "a\\", "\"a\\", "a 'b\" c")) {
      assertThrows(IllegalArgumentException.class, () -> CommandWords.of(command), command);
    }
  }
}
