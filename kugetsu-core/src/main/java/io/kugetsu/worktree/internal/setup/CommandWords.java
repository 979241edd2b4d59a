package io.kugetsu.worktree.internal.setup;

import java.util.ArrayList;
import java.util.List;

/**
 * Splits a command into words as a shell does, and does nothing else that a shell does: no
 * variables, no patterns, no operators.
 */
public final class CommandWords {
  private static final String ESCAPED_IN_QUOTES = "\"\\$`";

  private final String command;
  private final List<String> words = new ArrayList<>();
  private final StringBuilder word = new StringBuilder();
  private boolean inWord;
  private int at;

  private CommandWords(String command) {
    this.command = command;
  }

  /**
   * The words.
   *
   * @throws IllegalArgumentException when a quote is not closed, or a backslash is the last
   */
  public static List<String> of(String command) {
    CommandWords split = new CommandWords(command);
    while (split.at < command.length()) {
      split.take(command.charAt(split.at++));
    }
    split.endWord();
    return List.copyOf(split.words);
  }

  private void take(char c) {
    if (Character.isWhitespace(c)) {
      endWord();
      return;
    }
    inWord = true;
    if (c == '\'' || c == '"') {
      quoted(c);
    } else {
      word.append(c == '\\' ? next("a backslash stands at the end") : c);
    }
  }

  private void quoted(char quote) {
    String open = "the quote " + quote + " is not closed";
    for (char c = next(open); c != quote; c = next(open)) {
      if (c == '\\' && quote == '"') {
        char escaped = next(open);
        if (ESCAPED_IN_QUOTES.indexOf(escaped) < 0) {
          word.append(c);
        }
        word.append(escaped);
      } else {
        word.append(c);
      }
    }
  }

  private char next(String problem) {
    if (at == command.length()) {
      throw new IllegalArgumentException(problem);
    }
    return command.charAt(at++);
  }

  private void endWord() {
    if (inWord) {
      words.add(word.toString());
      word.setLength(0);
      inWord = false;
    }
  }
}
