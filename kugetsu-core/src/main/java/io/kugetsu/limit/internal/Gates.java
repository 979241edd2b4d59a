package io.kugetsu.limit.internal;

import io.kugetsu.common.LimitKey;
import io.kugetsu.engine.Headroom;
import io.kugetsu.limit.AdmissionGate;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks the gates how many more agents may start; the strictest counts. Thread-safe. */
public final class Gates implements Supplier<Map<LimitKey, Headroom>> {
  private static final Logger LOG = LoggerFactory.getLogger(Gates.class);

  private final List<AdmissionGate> gates;
  private final AtomicBoolean shut = new AtomicBoolean();

  /**
   * Puts gates together.
   *
   * @param gates the gates; none lets everything through
   */
  public Gates(List<AdmissionGate> gates) {
    this.gates = List.copyOf(gates);
  }

  @Override
  public Map<LimitKey, Headroom> get() {
    Headroom least = gates.stream().map(Gates::look).reduce(Headroom.ANY, Headroom::or);
    boolean shutNow = least.more() == 0;
    if (shut.getAndSet(shutNow) != shutNow) {
      LOG.warn(
          shutNow ? "no agent is started for now: {}" : "agents are started again", least.why());
    }
    return least.more() == Integer.MAX_VALUE ? Map.of() : Map.of(LimitKey.AGENTS, least);
  }

  private static Headroom look(AdmissionGate gate) {
    try {
      return gate.look();
    } catch (RuntimeException e) {
      LOG.debug("a gate failed", e);
      return new Headroom(0, "a gate failed: " + e);
    }
  }
}
