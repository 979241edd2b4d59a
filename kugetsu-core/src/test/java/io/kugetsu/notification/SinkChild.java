package io.kugetsu.notification;

import io.kugetsu.engine.Engine;
import io.kugetsu.engine.Engines;
import io.kugetsu.engine.NotificationRecord;
import io.kugetsu.notification.internal.Outbox;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/** Tells two things and is killed while it delivers the second one, or before it delivers any. */
public final class SinkChild {
  private SinkChild() {}

  public static void main(String[] args) throws Exception {
    boolean delivers = Boolean.parseBoolean(args[1]);
    Engine engine = Engines.files(Path.of(args[0]), Clock.systemUTC(), Engines.localProbe());
    CountDownLatch never = new CountDownLatch(1);
    NotificationSink sink =
        NotificationSink.listener(
            "bot",
            notification -> {
              say("delivered " + notification.id());
              if (notification.id().equals("second")) {
                try {
                  never.await();
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              }
            });
    engine.notifications().addSink("bot");
    if (delivers) {
      Outbox unused = new Outbox(engine.notifications(), List.of(sink), (time, action) -> () -> {});
    }
    tell(engine, "first", 1);
    tell(engine, "second", 2);
    say("told");
    never.await();
  }

  private static void tell(Engine engine, String id, int second) {
    Map<String, String> fields = Map.of("type", "task_completed", "message", id);
    engine
        .notifications()
        .put(new NotificationRecord(id, Instant.ofEpochSecond(second), false, fields));
  }

  /** One write for one line, so that a kill does not leave a line that looks whole. */
  private static void say(String line) {
    byte[] bytes = (line + "\n").getBytes(StandardCharsets.UTF_8);
    System.out.write(bytes, 0, bytes.length);
    System.out.flush();
  }
}
