package io.kugetsu.task.internal;

import io.kugetsu.common.TaskId;
import io.kugetsu.task.FailureType;
import io.kugetsu.task.HostSpec;
import io.kugetsu.task.Run;
import io.kugetsu.task.Work;
import io.kugetsu.task.WorkType;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Work of the embedding program, done in this JVM. */
final class HostWorkType implements WorkType {
  static final String KIND = "host";

  private static final Logger LOG = LoggerFactory.getLogger(HostWorkType.class);

  private final Executor executor;
  private final UnaryOperator<String> masker;
  private final BiConsumer<TaskId, String> onProgress;
  private final Map<TaskId, HostSpec> accepted = new ConcurrentHashMap<>();

  HostWorkType(
      Executor executor, UnaryOperator<String> masker, BiConsumer<TaskId, String> onProgress) {
    this.executor = executor;
    this.masker = masker;
    this.onProgress = onProgress;
  }

  @Override
  public String kind() {
    return KIND;
  }

  void accept(TaskId id, HostSpec spec) {
    accepted.put(id, spec);
  }

  void forget(TaskId id) {
    accepted.remove(id);
  }

  @Override
  public Work start(Run run) {
    HostSpec spec = accepted.remove(run.task());
    if (spec == null) {
      return new EndedWork(FailureType.INTERNAL, "nobody knows any more what was to be done");
    }
    if (run.isStopping()) {
      return new EndedWork(FailureType.STOPPED, "stopped before it began");
    }
    HostWorkRun work = new HostWorkRun(run, masker, onProgress);
    if (!run.started(run.self(), Map.of())) {
      LOG.warn("{} was taken over by another instance; it is not begun here", run.task());
      return new EndedWork(FailureType.LOST, "taken over by another instance");
    }
    work.begin(spec.work(), executor);
    return work;
  }

  @Override
  public Work adopt(Run run) {
    return new EndedWork(FailureType.LOST, "the program that did it is gone");
  }
}
