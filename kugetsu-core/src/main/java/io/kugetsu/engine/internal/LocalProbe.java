package io.kugetsu.engine.internal;

import io.kugetsu.engine.Holder;
import io.kugetsu.engine.Liveness;
import io.kugetsu.engine.Owner;
import io.kugetsu.internal.ProcessFacts;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks the operating system of this machine. */
public final class LocalProbe implements Liveness.Probe {
  private static final Logger LOG = LoggerFactory.getLogger(LocalProbe.class);

  private final Predicate<String> treeLives;

  /**
   * Makes a probe.
   *
   * @param treeLives whether anything of a tree lives whose supervisor is gone
   */
  public LocalProbe(Predicate<String> treeLives) {
    this.treeLives = treeLives;
  }

  @Override
  public Liveness probe(Holder holder) {
    if (holder instanceof Holder.Instance instance) {
      Owner owner = instance.owner();
      return process(owner.pid(), owner.startTicks(), owner.bootId());
    }
    if (holder instanceof Holder.OfProcess process) {
      return process(process.pid(), process.startTicks(), process.bootId());
    }
    return supervised((Holder.Supervised) holder);
  }

  private static Liveness process(long pid, long startTicks, String bootId) {
    return ProcessFacts.isAlive(pid, startTicks, bootId) ? Liveness.ALIVE : Liveness.DEAD;
  }

  private Liveness supervised(Holder.Supervised tree) {
    Liveness supervisor = process(tree.pid(), tree.startTicks(), tree.bootId());
    if (supervisor == Liveness.ALIVE || ProcessFacts.isOtherBoot(tree.bootId())) {
      return supervisor;
    }
    try {
      return treeLives.test(tree.marker()) ? Liveness.ALIVE : Liveness.DEAD;
    } catch (RuntimeException e) {
      LOG.warn("nobody can say whether the tree {} lives", tree.marker(), e);
      return Liveness.UNKNOWN;
    }
  }
}
