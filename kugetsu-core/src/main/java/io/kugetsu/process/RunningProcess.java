package io.kugetsu.process;

import io.kugetsu.common.Experimental;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

/** A process that was started. Safe for use by many threads. */
@Experimental
public interface RunningProcess {
  /** {@return its process identifier} */
  long pid();

  /**
   * When it started, which together with {@link #pid()} and {@link #bootId()} names it for good.
   *
   * @return clock ticks since boot where the system tells, else milliseconds since 1970; -1 when it
   *     had ended before this could be asked
   */
  long startTicks();

  /** {@return what identifies the boot of the machine; empty where the system does not tell} */
  String bootId();

  /** {@return the marker that every process of this run carries, see {@link ProcessTrees}} */
  String marker();

  /**
   * How it ends. Completes, never exceptionally, once
   *
   * <ul>
   *   <li>the process itself is gone,
   *   <li>what it wrote has been read, logged and handed to the listener. Reading goes on to the
   *       end of the stream, or, where somebody still holds the pipe, until nothing has come for a
   *       quarter of a second,
   *   <li>whatever of its tree was still alive has been ended, see {@link ProcessExit#leftovers()}.
   * </ul>
   *
   * The exit code is known from then on whatever became of the output. A listener or a masker that
   * blocks holds the output back and in the end the process, which then waits in its writes; it
   * does not hold back this stage for longer than that quarter of a second on pipes, or a second
   * without progress of a supervised run, nor {@link #stop}. Nothing is handed to the listener
   * after completion, but for the one call that may still be blocked.
   *
   * <p>Dependent actions that are not async run on a thread of the runner.
   *
   * @return the end; completing what it is turned into changes nothing
   */
  CompletionStage<ProcessExit> exit();

  /**
   * Asks that it and everything it started be ended: SIGTERM to the whole tree, and SIGKILL to what
   * is still there when the grace is over. Each is asked once, and what is started after that only
   * when all of those have gone, so that a process may clean up with the help of others. Returns at
   * once; {@link #exit()} tells when it is done. Stopping again changes nothing, except that a
   * shorter grace counts; stopping what has ended does nothing.
   *
   * @param grace how long the tree may take to end by itself; zero or less for none
   */
  void stop(Duration grace);

  /**
   * The end of what it has written so far, masked.
   *
   * @param maxBytes how many bytes at most; no more than the last 64 KiB are given
   * @return the text; it never begins or ends within a character. With a masker, a line is in it
   *     once it is complete
   */
  String tail(int maxBytes);
}
