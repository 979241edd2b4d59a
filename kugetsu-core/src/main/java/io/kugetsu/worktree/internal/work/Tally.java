package io.kugetsu.worktree.internal.work;

import io.kugetsu.worktree.Obstacle;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Counts what stands against a removal, and keeps some examples. */
public final class Tally {
  private final Map<Obstacle.Kind, Integer> counts = new EnumMap<>(Obstacle.Kind.class);
  private final Map<Obstacle.Kind, List<String>> examples = new EnumMap<>(Obstacle.Kind.class);

  public void add(Obstacle.Kind kind, String example) {
    add(kind, 1, example);
  }

  public void add(Obstacle.Kind kind, int count, String example) {
    counts.merge(kind, count, Integer::sum);
    List<String> some = examples.computeIfAbsent(kind, ignored -> new ArrayList<>());
    if (some.size() < Obstacle.MAX_EXAMPLES) {
      some.add(example);
    }
  }

  public List<Obstacle> obstacles() {
    return counts.entrySet().stream()
        .map(
            count ->
                new Obstacle(
                    count.getKey(),
                    count.getValue(),
                    examples.getOrDefault(count.getKey(), List.of())))
        .toList();
  }
}
