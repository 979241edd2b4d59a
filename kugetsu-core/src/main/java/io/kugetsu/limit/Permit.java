package io.kugetsu.limit;

import io.kugetsu.common.LimitKey;
import java.util.Set;

/**
 * The right to run, for one or several limit keys at once. It is given back by closing it, or by
 * the end of the JVM that holds it. Thread-safe.
 */
public interface Permit extends AutoCloseable {
  /** {@return the keys it was given for} */
  Set<LimitKey> keys();

  /**
   * Gives the permit back; the next in line may have it in the same step. Closing it again does
   * nothing.
   *
   * @throws io.kugetsu.common.StorageException when that cannot be written; then it is still held,
   *     and can be closed again
   */
  @Override
  void close();
}
