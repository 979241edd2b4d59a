package io.kugetsu.storm;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the agents wrote down by themselves, in the order in which it happened: who began, who
 * ended. A line is {@code start <task>.<epoch> <message> <provider>}.
 */
final class Witness {
  /** Runs by task, in order. */
  final Map<String, Integer> runs = new HashMap<>();

  /** Tasks that came to their end. */
  final Set<String> ended = new HashSet<>();

  /** Tasks of which two runs were there at once. */
  final Set<String> twiceAtOnce = new HashSet<>();

  private final Map<String, String> running = new HashMap<>();
  private int most;
  private int mostOfOne;

  Witness(List<String> lines) {
    for (String line : lines) {
      String[] words = line.split(" ");
      String task = words[1].substring(0, words[1].indexOf('.'));
      String provider = words[words.length - 1];
      if (words[0].equals("start")) {
        runs.merge(task, 1, Integer::sum);
        if (running.put(task, provider) != null) {
          twiceAtOnce.add(task);
        }
        most = Math.max(most, running.size());
        mostOfOne =
            Math.max(mostOfOne, (int) running.values().stream().filter(provider::equals).count());
      } else {
        running.remove(task);
        ended.add(task);
      }
    }
  }

  int most() {
    return most;
  }

  int mostOfOneProvider() {
    return mostOfOne;
  }

  /** Those that began and did not end. */
  Set<String> cut() {
    return running.keySet();
  }
}
