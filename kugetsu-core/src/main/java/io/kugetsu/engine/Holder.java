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
}
