package io.kugetsu.task.internal;

import io.kugetsu.common.SessionKey;
import io.kugetsu.common.TaskId;
import io.kugetsu.engine.Claim;
import io.kugetsu.engine.ClaimToken;
import io.kugetsu.engine.Holder;
import io.kugetsu.engine.Owner;
import io.kugetsu.engine.RunUpdate;
import io.kugetsu.engine.TaskRecord;
import io.kugetsu.engine.TaskStore;
import io.kugetsu.task.Run;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** What of a run its claim alone tells, and what is recorded by that claim. It never changes. */
abstract class ClaimedRun implements Run {
  private final TaskStore store;
  private final Claim claim;
  private final Path directory;
  private final String marker;

  ClaimedRun(TaskStore store, Claim claim, Path directory) {
    this.store = store;
    this.claim = claim;
    this.directory = directory;
    this.marker = claim.task().id() + "." + claim.task().epoch();
  }

  final TaskStore store() {
    return store;
  }

  final ClaimToken token() {
    return claim.token();
  }

  /** The record as it was claimed. */
  final TaskRecord record() {
    return claim.task();
  }

  /** Whether another instance had begun it. */
  final boolean isOrphan() {
    return claim.orphaned();
  }

  @Override
  public final TaskId task() {
    return record().id();
  }

  @Override
  public final long epoch() {
    return record().epoch();
  }

  @Override
  public final Map<String, String> input() {
    return record().input();
  }

  @Override
  public final Map<String, String> progress() {
    return record().progress();
  }

  @Override
  public final Optional<SessionKey> session() {
    return Optional.ofNullable(record().session());
  }

  @Override
  public final Path directory() {
    return directory;
  }

  @Override
  public final String marker() {
    return marker;
  }

  @Override
  public final int attempts() {
    return record().attempts();
  }

  @Override
  public final Holder self() {
    return new Holder.Instance(Objects.requireNonNull(record().owner()));
  }

  @Override
  public final boolean launching() {
    Owner me = Objects.requireNonNull(record().owner());
    // no process yet: its mark and its directory are what it is known by
    Holder ahead = new Holder.Supervised(0, 0, me.bootId(), marker);
    return store.update(token(), new RunUpdate(ahead, false, Map.of(), List.of()));
  }

  @Override
  public final boolean progress(Map<String, String> progress) {
    return store.update(token(), new RunUpdate(null, false, progress, List.of()));
  }
}
