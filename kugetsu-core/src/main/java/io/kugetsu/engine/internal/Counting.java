package io.kugetsu.engine.internal;

import io.kugetsu.common.LimitKey;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.engine.StoreCounts;
import io.kugetsu.engine.Tally;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Counts tasks without a look at the records of what waits, however much that is. */
final class Counting {
  private final Vault vault;
  private final EndedTally ended;

  Counting(Vault vault) {
    this.vault = vault;
    this.ended = new EndedTally(vault);
  }

  StoreCounts counts() {
    vault.prepare();
    return vault.locked(
        () -> {
          WaitingLine line = vault.waiting();
          Collection<Entry> running = vault.running();
          Map<LimitKey, Integer> held = new HashMap<>();
          running.stream()
              .filter(entry -> !entry.settling())
              .flatMap(entry -> entry.task().limitKeys().stream())
              .forEach(key -> held.merge(key, 1, Integer::sum));
          Map<LimitKey, Integer> wanted = new HashMap<>();
          line.forEachNeed(
              (need, count) -> need.keys().forEach(key -> wanted.merge(key, count, Integer::sum)));
          return new StoreCounts(
              line.size(),
              line.oldest().orElse(null),
              line.awaiting().size(),
              running.size(),
              held,
              wanted);
        });
  }

  List<Tally> tally(String entry) {
    List<Tally> all = new ArrayList<>();
    open().forEach((what, count) -> all.add(new Tally(what.kind(), what.status(), "", count)));
    all.addAll(ended.count(entry));
    return all;
  }

  private record Open(String kind, TaskStatus status) {}

  private Map<Open, Integer> open() {
    vault.prepare();
    Map<Open, Integer> counts = new HashMap<>();
    return vault.locked(
        () -> {
          WaitingLine line = vault.waiting();
          line.forEachNeed(
              (need, count) ->
                  counts.merge(new Open(need.kind(), TaskStatus.PENDING), count, Integer::sum));
          Stream.concat(line.awaiting().stream(), vault.running().stream())
              .map(Entry::task)
              .forEach(task -> counts.merge(new Open(task.kind(), task.status()), 1, Integer::sum));
          return counts;
        });
  }
}
