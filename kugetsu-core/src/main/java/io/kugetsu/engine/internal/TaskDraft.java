package io.kugetsu.engine.internal;

import io.kugetsu.common.LimitKey;
import io.kugetsu.common.SessionKey;
import io.kugetsu.common.StopReason;
import io.kugetsu.common.TaskId;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.engine.Family;
import io.kugetsu.engine.Holder;
import io.kugetsu.engine.Moment;
import io.kugetsu.engine.Owner;
import io.kugetsu.engine.TaskRecord;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A record in the making: all fields are those of {@link TaskRecord}. */
final class TaskDraft {
  final TaskId id;
  final String kind;
  final int priority;
  final long order;
  final @Nullable SessionKey session;
  final @Nullable Owner onlyBy;
  final Instant createdAt;
  @Nullable String idempotencyKey;
  Map<String, String> input;
  final @Nullable String requestedBy;
  Set<LimitKey> limitKeys;
  boolean detached;
  TaskStatus status;
  long revision;
  long epoch;
  int attempts;
  @Nullable Owner owner;
  @Nullable Holder holder;
  @Nullable Instant notBefore;
  @Nullable Instant claimedAt;
  @Nullable Instant startedAt;
  @Nullable Instant endedAt;
  @Nullable StopReason stop;
  Map<String, String> progress;
  Map<String, String> outcome;
  Family family;
  @Nullable Moment heldUntil;
  @Nullable TaskStatus ownEnd;

  /** The next state of a record: everything as before, one revision later. */
  TaskDraft(TaskRecord before) {
    id = before.id();
    kind = before.kind();
    priority = before.priority();
    order = before.order();
    limitKeys = before.limitKeys();
    session = before.session();
    onlyBy = before.onlyBy();
    createdAt = before.createdAt();
    idempotencyKey = before.idempotencyKey();
    input = before.input();
    detached = before.detached();
    status = before.status();
    revision = before.revision() + 1;
    epoch = before.epoch();
    attempts = before.attempts();
    owner = before.owner();
    holder = before.holder();
    notBefore = before.notBefore();
    claimedAt = before.claimedAt();
    startedAt = before.startedAt();
    endedAt = before.endedAt();
    stop = before.stop();
    progress = before.progress();
    outcome = before.outcome();
    family = before.family();
    requestedBy = before.requestedBy();
    heldUntil = before.heldUntil();
    ownEnd = before.ownEnd();
  }

  TaskRecord build() {
    return new TaskRecord(
        id,
        kind,
        detached,
        status,
        revision,
        epoch,
        attempts,
        priority,
        order,
        limitKeys,
        session,
        onlyBy,
        owner,
        holder,
        createdAt,
        notBefore,
        claimedAt,
        startedAt,
        endedAt,
        stop,
        idempotencyKey,
        input,
        progress,
        outcome,
        family,
        requestedBy,
        heldUntil,
        ownEnd);
  }
}
