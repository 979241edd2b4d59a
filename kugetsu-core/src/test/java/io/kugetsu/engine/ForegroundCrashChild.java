package io.kugetsu.engine;

import io.kugetsu.common.LimitKey;
import io.kugetsu.common.Limits;
import io.kugetsu.common.TaskId;
import io.kugetsu.common.TaskStatus;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Runs tasks that leave no record until it is killed, and says what it does before and after. */
public final class ForegroundCrashChild {
  static final Finish GONE =
      new Finish(TaskStatus.COMPLETED, Map.of(), true, Duration.ZERO, null, List.of(), false);

  private final Engine engine;
  private final Owner me = Engines.newOwner();
  private final String run;

  private ForegroundCrashChild(Engine engine, String run) {
    this.engine = engine;
    this.run = run;
  }

  public static void main(String[] args) {
    Engine engine = Engines.files(Path.of(args[0]), Clock.systemUTC(), Engines.localProbe());
    ForegroundCrashChild child = new ForegroundCrashChild(engine, args[1]);
    for (int i = 0; true; i++) {
      child.step(i);
    }
  }

  private void step(int number) {
    TaskId id = engine.tasks().enqueue(task(run + "-" + number)).task().id();
    say("accepted " + id);
    Claim claim = engine.tasks().claim(request(me, 1)).get(0);
    if (number % 2 == 0) {
      engine.tasks().detach(id, claim.token().epoch());
      say("detached " + id);
    }
    if (number % 3 == 0) {
      say("releasing " + id);
      engine.tasks().release(claim.token());
      say("released " + id);
      claim = engine.tasks().claim(request(me, 0)).get(0);
    }
    say("ending " + id);
    TaskRecord unused = engine.tasks().finish(claim.token(), GONE).orElseThrow();
    say("ended " + id);
  }

  static ClaimRequest request(Owner owner, int want) {
    return new ClaimRequest(owner, Set.of("agent"), Limits.of(1), want, null, record -> List.of());
  }

  private static NewTask task(String key) {
    return new NewTask(
        TaskId.next(Clock.systemUTC()),
        "agent",
        false,
        0,
        Set.of(LimitKey.AGENTS),
        null,
        null,
        null,
        key,
        Map.of("message", "x".repeat(400)),
        List.of());
  }

  /** One write for one line, so that a kill does not leave a line that looks whole. */
  private static void say(String line) {
    byte[] bytes = (line + "\n").getBytes(StandardCharsets.UTF_8);
    System.out.write(bytes, 0, bytes.length);
    System.out.flush();
  }
}
