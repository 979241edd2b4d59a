package io.kugetsu.engine;

import io.kugetsu.common.Experimental;
import io.kugetsu.common.LimitKey;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * What is held against limit keys. It counts in each {@link TaskStore#claim} and {@link
 * TaskStore#admit}, beside the limits that they bring, for all instances on the store at once.
 * Thread-safe; each method is atomic and as durable as the engine is, and throws {@link
 * io.kugetsu.common.StorageException} when the store cannot be read or written.
 */
@Experimental
public interface KeyStore {
  /** {@return the keys against which something is held; all others are {@link KeyState#OPEN}} */
  Map<LimitKey, KeyState> all();

  /**
   * Changes what is held against a key. Gives a hint.
   *
   * @param key the key
   * @param change makes the new state of the present one; called under the engine's lock, must be
   *     quick and must not call the engine
   * @return the state as it is now
   */
  KeyState change(LimitKey key, UnaryOperator<KeyState> change);

  /** {@return the present moment, in the time by which this engine measures waiting} */
  Moment now();
}
