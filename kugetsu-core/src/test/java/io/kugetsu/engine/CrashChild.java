package io.kugetsu.engine;

import io.kugetsu.common.IssueRef;
import io.kugetsu.common.LimitKey;
import io.kugetsu.common.Limits;
import io.kugetsu.common.SessionKey;
import io.kugetsu.common.TaskId;
import io.kugetsu.common.TaskStatus;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Enqueues, claims and finishes until it is killed, and says what was acknowledged. */
public final class CrashChild {
  static final SessionKey SESSION = SessionKey.of(IssueRef.parse("local:crash"), Path.of("/r"));

  private final Engine engine;
  private final Owner me = Engines.newOwner();
  private final String run;

  private CrashChild(Engine engine, String run) {
    this.engine = engine;
    this.run = run;
  }

  public static void main(String[] args) {
    Engine engine = Engines.files(Path.of(args[0]), Clock.systemUTC(), Engines.localProbe());
    CrashChild child = new CrashChild(engine, args[1]);
    engine.sessions().create(SESSION, Map.of());
    for (int i = 0; true; i++) {
      child.step(i);
    }
  }

  private void step(int number) {
    String key = number % 3 == 0 ? run + "-" + number : null;
    TaskId id = TaskId.next(Clock.systemUTC());
    engine.tasks().enqueue(task(id, key));
    say("enqueued " + id + " " + (key == null ? "-" : key));
    if (number % 2 == 0) {
      return;
    }
    for (Claim claim : engine.tasks().claim(request(me, 2))) {
      say("claimed " + claim.task().id());
      if (number % 5 == 0) {
        engine.tasks().giveBack(claim.token());
      } else {
        end(claim);
      }
    }
  }

  private void end(Claim claim) {
    TaskId id = claim.task().id();
    RunUpdate update =
        new RunUpdate(null, true, Map.of("step", "1"), List.of(notification(id + "-started")));
    engine.tasks().update(claim.token(), update);
    if (engine.tasks().finish(claim.token(), finish(id)).isEmpty()) {
      say("fenced " + id);
      return;
    }
    say("finished " + id);
  }

  static Finish finish(TaskId id) {
    return new Finish(
        TaskStatus.COMPLETED,
        Map.of(),
        true,
        Duration.ZERO,
        new SessionChange(SESSION, false, Map.of(id.value(), "done"), Set.of()),
        List.of(notification(id + "-done")),
        true);
  }

  static ClaimRequest request(Owner owner, int want) {
    return new ClaimRequest(owner, Set.of("agent"), Limits.of(3), want, null, record -> List.of());
  }

  static NewTask task(TaskId id, String key) {
    return new NewTask(
        id,
        "agent",
        true,
        0,
        Set.of(LimitKey.AGENTS),
        null,
        null,
        null,
        key,
        Map.of("message", "x".repeat(400)),
        List.of(notification(id + "-queued")));
  }

  private static NotificationRecord notification(String id) {
    return new NotificationRecord(id, Instant.now(), false, Map.of());
  }

  /** One write for one line, so that a kill does not leave a line that looks whole. */
  private static void say(String line) {
    byte[] bytes = (line + "\n").getBytes(StandardCharsets.UTF_8);
    System.out.write(bytes, 0, bytes.length);
    System.out.flush();
  }
}
