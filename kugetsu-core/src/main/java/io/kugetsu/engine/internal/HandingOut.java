package io.kugetsu.engine.internal;

import io.kugetsu.common.SessionKey;
import io.kugetsu.common.StopReason;
import io.kugetsu.common.StorageException;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.engine.Claim;
import io.kugetsu.engine.ClaimRequest;
import io.kugetsu.engine.ClaimToken;
import io.kugetsu.engine.Liveness;
import io.kugetsu.engine.Owner;
import io.kugetsu.engine.SessionRecord;
import io.kugetsu.engine.TaskRecord;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Carries out what the planner decides. Used under the engine's lock. */
final class HandingOut {
  private static final Logger LOG = LoggerFactory.getLogger(HandingOut.class);
  private static final StopReason NOBODY_LEFT =
      new StopReason(StopReason.Origin.HOST, "the only instance that could run it is gone");
  private static final int ROUNDS = 10;

  private final Vault vault;
  private final Times times;
  private final Liveness.Probe probe;

  HandingOut(Vault vault, Times times, Liveness.Probe probe) {
    this.vault = vault;
    this.times = times;
    this.probe = probe;
  }

  List<Claim> claim(ClaimRequest request) {
    List<Claim> claims = new ArrayList<>();
    int left = request.want();
    for (int round = 0; round < ROUNDS; round++) {
      int before = claims.size();
      try {
        if (handOut(request, left, claims)) {
          return claims;
        }
      } catch (RuntimeException e) {
        if (claims.isEmpty()) {
          throw e;
        }
        // What was handed out before is the caller's already and has to reach it.
        LOG.warn("handed out only {} of the tasks that may run", claims.size(), e);
        return claims;
      }
      left -=
          (int) claims.subList(before, claims.size()).stream().filter(c -> !c.orphaned()).count();
    }
    LOG.warn("gave up handing out work: the records kept changing under the engine's lock");
    return claims;
  }

  /** One round; false when there has to be another one. */
  private boolean handOut(ClaimRequest request, int want, List<Claim> claims) {
    AdmissionPlanner.Plan plan = planner(request).claim(with(request, want));
    if (!plan.cancelled().isEmpty() || !plan.stopped().isEmpty()) {
      carryOut(removals(plan), claims);
      return false;
    }
    Optional<List<Step>> steps = steps(plan, request);
    return steps.isPresent() && carryOut(steps.get(), claims);
  }

  private static ClaimRequest with(ClaimRequest request, int want) {
    return new ClaimRequest(
        request.me(),
        request.kinds(),
        request.limits(),
        want,
        request.only(),
        request.owed(),
        request.headroom(),
        request.others());
  }

  /**
   * Writes what was planned; false when a record turned out to be another one than planned with.
   */
  private boolean carryOut(List<Step> steps, List<Claim> claims) {
    for (Step step : steps) {
      if (!vault.replace(step.from, step.to)) {
        return false;
      }
      if (step.handsOut) {
        claims.add(claimed(step.to, step.from.task().status() != TaskStatus.PENDING));
      }
    }
    return true;
  }

  private record Step(Entry from, Entry to, boolean handsOut) {}

  /**
   * All of them before the first is written: what the caller's function throws changes nothing.
   *
   * @return empty when a record is another one than planned with
   */
  private Optional<List<Step>> steps(AdmissionPlanner.Plan plan, ClaimRequest request) {
    List<Entry> orphans = whole(plan.orphans());
    List<Entry> given = whole(plan.given());
    if (orphans.size() < plan.orphans().size() || given.size() < plan.given().size()) {
      return Optional.empty();
    }
    Instant now = times.instant();
    List<Step> steps = new ArrayList<>();
    for (Entry entry : orphans) {
      steps.add(new Step(entry, Transitions.takeOver(entry, request.me()), true));
    }
    for (Entry entry : given) {
      steps.add(new Step(entry, Transitions.claim(entry, request.me(), now, request.owed()), true));
    }
    return Optional.of(steps);
  }

  /** What goes before anything is handed out: it stands in the way of others in its session. */
  private List<Step> removals(AdmissionPlanner.Plan plan) {
    Instant now = times.instant();
    List<Step> steps = new ArrayList<>();
    for (Entry entry : whole(plan.cancelled())) {
      steps.add(new Step(entry, Transitions.cancel(entry, NOBODY_LEFT, now), false));
    }
    for (Entry entry : whole(plan.stopped())) {
      steps.add(new Step(entry, Families.stopped(entry, now), false));
    }
    return steps;
  }

  /** Of what waits the planner has seen only a part. */
  private List<Entry> whole(List<Entry> planned) {
    return planned.stream()
        .map(entry -> entry.waits() ? vault.whole(entry) : Optional.of(entry))
        .flatMap(Optional::stream)
        .toList();
  }

  AdmissionPlanner planner(ClaimRequest request) {
    return new AdmissionPlanner(
        new AdmissionPlanner.Situation(
            vault.running(),
            vault.waiting(),
            heldSessions(),
            vault.keyStates(),
            times.instant(),
            times.moment()),
        request,
        probe);
  }

  /** Asks for each session once; one that cannot be read gets nothing until somebody has looked. */
  private Predicate<SessionKey> heldSessions() {
    Map<SessionKey, Boolean> held = new HashMap<>();
    return key ->
        held.computeIfAbsent(
            key,
            any -> {
              try {
                return vault.session(key).map(SessionRecord::held).orElse(false);
              } catch (StorageException e) {
                LOG.warn("session {} gets no work: {}", key, e.getMessage());
                return true;
              }
            });
  }

  static Claim claimed(Entry entry, boolean orphaned) {
    TaskRecord task = entry.task();
    Owner owner = Objects.requireNonNull(task.owner());
    return new Claim(new ClaimToken(task.id(), task.epoch(), owner.instance()), task, orphaned);
  }
}
