package io.kugetsu.engine;

import io.kugetsu.common.Experimental;
import java.util.Set;

/**
 * One instance's part in handing out the work of a store that several share. One of them is elected
 * to hand out all that it knows how to run, so that not all of them ask the store whenever anything
 * changes; the others hand out what the elected one cannot. It only saves work: the store's {@link
 * TaskStore#claim} decides, and is right whoever asks.
 *
 * <p>Used by one thread, always the same; got from {@link Engine#dispatching}.
 */
@Experimental
public interface Dispatching extends AutoCloseable {
  /**
   * Stands for election, or goes on doing so.
   *
   * @param kinds the kinds of work that this instance can hand out now; none to let go of the
   *     office, which somebody else takes over
   * @return those of them that it should hand out: all when it is elected, else those that the
   *     elected one does not serve
   */
  Set<String> share(Set<String> kinds);

  /** Lets go of the office. Idempotent; never throws. */
  @Override
  void close();

  /**
   * The part of an instance that shares its store with nobody.
   *
   * @return hands out everything
   */
  static Dispatching alone() {
    return new Dispatching() {
      @Override
      public Set<String> share(Set<String> kinds) {
        return Set.copyOf(kinds);
      }

      @Override
      public void close() {
        // there is no office
      }
    };
  }
}
