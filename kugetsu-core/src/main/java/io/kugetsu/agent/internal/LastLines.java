package io.kugetsu.agent.internal;

import io.kugetsu.notification.Notification;
import java.util.ArrayDeque;
import java.util.Deque;

/** The last lines of a text, up to a number of characters; one longer line is cut to its end. */
final class LastLines {
  private final int most;
  private final Deque<String> lines = new ArrayDeque<>();
  private int length;

  LastLines(int most) {
    this.most = most;
  }

  void add(String line) {
    String kept = end(line, most);
    lines.add(kept);
    length += kept.length() + 1;
    while (length > most && lines.size() > 1) {
      length -= lines.removeFirst().length() + 1;
    }
  }

  String text() {
    return String.join("\n", lines);
  }

  /** As much of the end as a notification carries. */
  String end() {
    return end(text(), Notification.LAST_OUTPUT);
  }

  /** The last line that is not blank; empty when there is none. */
  String lastLine() {
    String last = "";
    for (String line : lines) {
      last = line.isBlank() ? last : line.strip();
    }
    return last;
  }

  private static String end(String text, int most) {
    if (text.length() <= most) {
      return text;
    }
    int from = text.length() - most;
    return text.substring(Character.isLowSurrogate(text.charAt(from)) ? from + 1 : from);
  }
}
