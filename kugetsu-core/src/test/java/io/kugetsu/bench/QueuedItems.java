package io.kugetsu.bench;

import io.kugetsu.common.IssueRef;
import io.kugetsu.common.LimitKey;
import io.kugetsu.common.Limits;
import io.kugetsu.common.SessionKey;
import io.kugetsu.common.TaskId;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.engine.Claim;
import io.kugetsu.engine.ClaimRequest;
import io.kugetsu.engine.Engine;
import io.kugetsu.engine.Engines;
import io.kugetsu.engine.Finish;
import io.kugetsu.engine.NewTask;
import io.kugetsu.engine.Owner;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a long line costs: how many tasks can be handed out and ended each second, what each of them
 * takes of the heap, and how long the first look of a new program takes.
 */
final class QueuedItems {
  private static final int REPOSITORIES = 20;
  private static final int WARM_UP = 200;
  private static final int CYCLES = 1_000;
  private static final Finish END =
      new Finish(TaskStatus.COMPLETED, Map.of(), true, Duration.ZERO, null, List.of(), true);

  private QueuedItems() {}

  static List<Figure> measure(Path scratch) throws Exception {
    List<Figure> figures = new ArrayList<>();
    figures.addAll(with(10, scratch.resolve("few")));
    figures.addAll(with(10_000, scratch.resolve("many")));
    figures.addAll(with(100_000, scratch.resolve("very-many")));
    return figures;
  }

  private static List<Figure> with(int items, Path state) throws Exception {
    fill(state, items);
    long heap = Heap.used();
    try (Engine engine = Engines.files(state, Clock.systemUTC(), Engines.localProbe())) {
      long opened = System.nanoTime();
      engine.tasks().counts();
      double firstLook = (System.nanoTime() - opened) / 1e6;
      double each = (double) (Heap.used() - heap) / items;
      cycles(engine, WARM_UP, items);
      long start = System.nanoTime();
      cycles(engine, CYCLES, items);
      double seconds = (System.nanoTime() - start) / 1e9;
      String of = " of " + items;
      return List.of(
          Figure.of("each second," + of, "", CYCLES / seconds, Goal.none()),
          Figure.of("heap each," + of, "B", each, Goal.none()),
          Figure.of("first look," + of, "ms", firstLook, Goal.none()));
    }
  }

  /** The line stays as long as it is. */
  private static void cycles(Engine engine, int count, int items) {
    ClaimRequest request = request(Engines.newOwner());
    for (int i = 0; i < count; i++) {
      List<Claim> claims = engine.tasks().claim(request);
      if (claims.size() != 1) {
        throw new IllegalStateException("handed out " + claims.size() + " of " + items);
      }
      if (engine.tasks().finish(claims.get(0).token(), END).isEmpty()) {
        throw new IllegalStateException("its end was refused");
      }
      if (i % 2 == 0 || items < 1_000) {
        enqueue(engine, items + i);
      }
    }
  }

  private static ClaimRequest request(Owner me) {
    Limits limits = Limits.of(5).perKey("repo:*", 2);
    return new ClaimRequest(me, Set.of("agent"), limits, 1, null, record -> List.of());
  }

  static TaskId enqueue(Engine engine, int number) {
    SessionKey session = SessionKey.of(IssueRef.parse("local:queued-" + number), Path.of("/r"));
    String repository = "repo:github.com/acme/shop-" + number % REPOSITORIES;
    NewTask task =
        new NewTask(
            TaskId.next(Clock.systemUTC()),
            "agent",
            true,
            0,
            Set.of(LimitKey.AGENTS, LimitKey.session(session), LimitKey.of(repository)),
            session,
            null,
            null,
            null,
            Map.of("message", "Fix the flaky login test. ".repeat(20)),
            List.of());
    return engine.tasks().enqueue(task).task().id();
  }

  /** Forcing a hundred thousand files to the disk would take minutes, and is not what is asked. */
  private static void fill(Path state, int items) throws IOException {
    try (Engine engine = Engines.files(state, Clock.systemUTC(), Engines.localProbe())) {
      TaskId model = enqueue(engine, 0);
      Path pending = state.resolve("tasks/pending");
      String text = Files.readString(pending.resolve(model + ".json"));
      long order = Long.parseLong(text.replaceAll("(?s).*\"order\" : ([0-9]+).*", "$1"));
      String session = SessionKey.of(IssueRef.parse("local:queued-0"), Path.of("/r")).value();
      for (int i = 1; i < items; i++) {
        TaskId id = TaskId.next(Clock.systemUTC());
        String key = SessionKey.of(IssueRef.parse("local:queued-" + i), Path.of("/r")).value();
        String record =
            text.replace(model.value(), id.value())
                .replace(session, key)
                .replace("shop-0", "shop-" + i % REPOSITORIES)
                .replace("\"order\" : " + order, "\"order\" : " + (order + i));
        Files.write(pending.resolve(id + ".json"), record.getBytes(StandardCharsets.UTF_8));
      }
    }
  }
}
