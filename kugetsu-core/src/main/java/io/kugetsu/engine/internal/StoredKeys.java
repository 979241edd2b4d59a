package io.kugetsu.engine.internal;

import io.kugetsu.common.LimitKey;
import io.kugetsu.engine.KeyState;
import io.kugetsu.engine.KeyStore;
import io.kugetsu.engine.MachineTime;
import io.kugetsu.engine.Moment;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/** What is held against limit keys, over any vault. */
final class StoredKeys implements KeyStore {
  private final Vault vault;
  private final MachineTime time;
  private final Hints hints;
  private final Gate gate;

  StoredKeys(Vault vault, MachineTime time, Hints hints, Gate gate) {
    this.vault = vault;
    this.time = time;
    this.hints = hints;
    this.gate = gate;
  }

  @Override
  public Map<LimitKey, KeyState> all() {
    gate.check();
    return Map.copyOf(vault.locked(vault::keyStates));
  }

  @Override
  public KeyState change(LimitKey key, UnaryOperator<KeyState> change) {
    gate.check();
    KeyState now =
        vault.locked(
            () -> {
              Map<LimitKey, KeyState> states = new TreeMap<>(vault.keyStates());
              KeyState before = states.getOrDefault(key, KeyState.OPEN);
              KeyState after = change.apply(before);
              if (after.equals(before)) {
                return before;
              }
              if (after.equals(KeyState.OPEN)) {
                states.remove(key);
              } else {
                states.put(key, after);
              }
              vault.putKeyStates(states);
              return after;
            });
    hints.give();
    return now;
  }

  @Override
  public Moment now() {
    gate.check();
    return time.now();
  }
}
