package io.kugetsu.engine;

import io.kugetsu.common.Experimental;

/** What a running task's permit was given for. The permit counts as long as this lives. */
@Experimental
public sealed interface Holder {
  /**
   * Work inside an instance of kugetsu: a run that is being prepared, or a permit taken directly.
   *
   * @param owner the instance
   */
  record Instance(Owner owner) implements Holder {}

  /**
   * A process that an instance started, which may outlive that instance for a while.
   *
   * @param pid its identifier
   * @param startTicks when it started, as in {@link Owner#startTicks()}
   * @param bootId the boot of the machine, as in {@link Owner#bootId()}
   */
  record OfProcess(long pid, long startTicks, String bootId) implements Holder {}

  /**
   * A process tree under a supervisor, which goes on without the instance that started it.
   *
   * @param pid the supervisor's identifier
   * @param startTicks when the supervisor started, as in {@link Owner#startTicks()}
   * @param bootId the boot of the machine, as in {@link Owner#bootId()}
   * @param marker what every process of the tree can be recognised by when the supervisor is gone
   */
  record Supervised(long pid, long startTicks, String bootId, String marker) implements Holder {}
}
