package io.kugetsu.engine;

import io.kugetsu.common.IssueRef;
import io.kugetsu.common.LimitKey;
import io.kugetsu.common.Limits;
import io.kugetsu.common.SessionKey;
import io.kugetsu.common.SpawnLimits;
import io.kugetsu.common.StopReason;
import io.kugetsu.common.TaskId;
import io.kugetsu.common.TaskStatus;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** An engine with three tasks, and one step that somebody takes with the first of them. */
final class FaultScene {
  /** What is done. */
  enum Step {
    ENQUEUE,
    ENQUEUE_ONCE,
    ADMIT,
    CLAIM,
    START,
    FINISH,
    FINISH_FOR_ANOTHER_TRY,
    FINISH_WITHOUT_A_RECORD,
    FINISH_LAST_CHILD,
    FINISH_AFTER_CHILDREN,
    GIVE_BACK,
    STOPPING,
    DETACH,
    RELEASE,
    TAKE_OVER,
    CANCEL,
    FORGET,
    PRUNE,
    PAUSE_A_KEY,
    TELL
  }

  static final SessionKey SESSION = SessionKey.of(IssueRef.parse("local:fault"), Path.of("/r"));
  static final Clock CLOCK = Clock.systemUTC();

  /** Nobody here needs it. */
  static final LimitKey KEY = new LimitKey("provider:fault");

  static final KeyState.Pause PAUSE = new KeyState.Pause("broken", Instant.EPOCH, null);

  final Owner me = Engines.newOwner();
  final Engine engine;

  /** The one that the step is about; of an enqueue the new one. */
  final TaskId subject;

  final Step step;
  private final Claim claim;

  private FaultScene(Engine engine, Step step, TaskId subject, Claim claim) {
    this.engine = engine;
    this.step = step;
    this.subject = subject;
    this.claim = claim;
  }

  /** Brings it to where the step can be taken. */
  static FaultScene prepared(Engine engine, Step step, Owner owner) {
    engine.sessions().create(SESSION, Map.of());
    boolean accepts = Set.of(Step.ENQUEUE, Step.ENQUEUE_ONCE, Step.ADMIT).contains(step);
    TaskId subject = TaskId.next(CLOCK);
    if (!accepts) {
      boolean background = step != Step.DETACH && step != Step.FINISH_WITHOUT_A_RECORD;
      engine.tasks().enqueue(task(subject, "key of " + step, background, 5));
    }
    Claim claim = null;
    boolean isClaimed =
        !Set.of(Step.CLAIM, Step.CANCEL, Step.PAUSE_A_KEY, Step.TELL).contains(step);
    if (!accepts && isClaimed) {
      claim = engine.tasks().claim(request(owner, 1)).get(0);
    }
    if (step == Step.FORGET || step == Step.PRUNE) {
      engine.tasks().finish(claim.token(), completed(subject));
    }
    if (step == Step.FINISH_LAST_CHILD || step == Step.FINISH_AFTER_CHILDREN) {
      TaskId parent = subject;
      subject = TaskId.next(CLOCK);
      NewTask child = task(subject, null, true, 5).childOf(parent, SpawnLimits.DEFAULT);
      engine.tasks().enqueue(child);
      engine.tasks().finish(claim.token(), completed(parent));
      claim = engine.tasks().claim(request(owner, 1)).get(0);
      if (step == Step.FINISH_AFTER_CHILDREN) {
        engine.tasks().finish(claim.token(), completed(subject));
        subject = parent;
        claim = engine.tasks().claim(request(owner, 0)).get(0);
      }
    }
    if (step == Step.TAKE_OVER) {
      engine.tasks().release(claim.token());
    }
    for (int i = 0; i < 2; i++) {
      engine.tasks().enqueue(task(TaskId.next(CLOCK), null, true, 0));
    }
    return new FaultScene(engine, step, subject, claim);
  }

  /** Takes the step. */
  void act() {
    TaskStore tasks = engine.tasks();
    switch (step) {
      case ENQUEUE -> tasks.enqueue(task(subject, null, true, 5));
      case ENQUEUE_ONCE -> tasks.enqueue(task(subject, "once", true, 5));
      case ADMIT -> tasks.admit(task(subject, null, false, 5), request(me, 1, Limits.of(9)));
      case CLAIM, TAKE_OVER -> tasks.claim(request(me, 1));
      case START ->
          tasks.update(
              claim.token(),
              new RunUpdate(
                  null, true, Map.of("step", "1"), List.of(notification(subject + "-started"))));
      case FINISH, FINISH_LAST_CHILD, FINISH_AFTER_CHILDREN ->
          tasks.finish(claim.token(), completed(subject));
      case FINISH_FOR_ANOTHER_TRY ->
          tasks.finish(
              claim.token(),
              new Finish(TaskStatus.PENDING, Map.of(), true, Duration.ZERO, null, List.of(), true));
      case FINISH_WITHOUT_A_RECORD ->
          tasks.finish(
              claim.token(),
              new Finish(
                  TaskStatus.COMPLETED, Map.of(), true, Duration.ZERO, null, List.of(), false));
      case GIVE_BACK -> tasks.giveBack(claim.token());
      case STOPPING -> tasks.stopping(subject, 1, StopReason.user("enough"));
      case DETACH -> tasks.detach(subject, 1);
      case RELEASE -> tasks.release(claim.token());
      case CANCEL -> tasks.cancel(subject, StopReason.user("enough"));
      case FORGET -> tasks.forget(subject);
      case PRUNE -> tasks.prune(Instant.EPOCH, 0, record -> false);
      case PAUSE_A_KEY -> engine.keys().change(KEY, before -> before.pause(PAUSE));
      case TELL -> engine.notifications().put(notification("told"));
      default -> throw new AssertionError(step);
    }
  }

  static Optional<TaskRecord> state(Engine engine, TaskId id) {
    return engine.tasks().find(id);
  }

  /** Runs all there is to its end, one at a time; returns what was run, in order. */
  static List<TaskId> runAll(Engine engine) {
    List<TaskId> ran = new ArrayList<>();
    Owner last = Engines.newOwner();
    while (true) {
      List<Claim> claims = engine.tasks().claim(request(last, 1));
      if (claims.isEmpty()) {
        return ran;
      }
      for (Claim next : claims) {
        TaskId id = next.task().id();
        if (!next.orphaned()) {
          ran.add(id);
        }
        boolean stopped = next.task().status() == TaskStatus.STOPPING;
        TaskStatus end = stopped ? TaskStatus.INTERRUPTED : TaskStatus.COMPLETED;
        Optional<TaskRecord> ended = engine.tasks().finish(next.token(), ended(id, end));
        if (ended.isEmpty()) {
          throw new AssertionError(id + " could not be ended");
        }
      }
    }
  }

  static Finish completed(TaskId id) {
    return ended(id, TaskStatus.COMPLETED);
  }

  private static Finish ended(TaskId id, TaskStatus status) {
    return new Finish(
        status,
        Map.of(),
        true,
        Duration.ZERO,
        new SessionChange(SESSION, false, Map.of(id.value(), "ended"), Set.of()),
        List.of(notification(id + "-ended")),
        true);
  }

  static ClaimRequest request(Owner owner, int want) {
    return request(owner, want, Limits.of(1));
  }

  static ClaimRequest request(Owner owner, int want, Limits limits) {
    return new ClaimRequest(
        owner,
        Set.of("agent"),
        limits,
        want,
        null,
        record -> List.of(notification(record.id() + "-claimed-" + record.epoch())));
  }

  static NewTask task(TaskId id, String key, boolean detached, int priority) {
    return new NewTask(
        id,
        "agent",
        detached,
        priority,
        Set.of(LimitKey.AGENTS),
        null,
        null,
        null,
        key,
        Map.of("message", "x".repeat(400)),
        List.of(notification(id + "-queued")));
  }

  static NotificationRecord notification(String id) {
    return new NotificationRecord(id, Instant.now(), false, Map.of());
  }
}
