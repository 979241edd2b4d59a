package io.kugetsu.task.internal;

import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/** Lets what is logged about a run say which one, while a step of it is done. */
final class RunContext {
  private static final String TASK = "kugetsu.task";
  private static final String EPOCH = "kugetsu.epoch";
  private static final String SESSION = "kugetsu.session";
  private static final String REF = "kugetsu.ref";

  private RunContext() {}

  static Runnable of(LiveRun run, Runnable step) {
    return () -> {
      put(TASK, run.task().value());
      put(EPOCH, Long.toString(run.epoch()));
      put(SESSION, run.session().map(Object::toString).orElse(null));
      put(REF, run.input().get(TaskViews.REF));
      try {
        step.run();
      } finally {
        MDC.remove(TASK);
        MDC.remove(EPOCH);
        MDC.remove(SESSION);
        MDC.remove(REF);
      }
    };
  }

  private static void put(String key, @Nullable String value) {
    if (value != null) {
      MDC.put(key, value);
    }
  }
}
