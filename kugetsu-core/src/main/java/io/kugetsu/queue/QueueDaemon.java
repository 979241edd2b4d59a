package io.kugetsu.queue;

import java.util.List;

/**
 * The dispatcher of a directory as a program in the background: it starts what waits although no
 * other program is open, and takes over what has no living owner. One per directory; it is elected
 * like any other instance that dispatches, so while another one hands out the work it stands by.
 *
 * <p>It has a session of its own, so that it outlives the terminal and the program that started it.
 * Ending it ends no agent: those go on, and the next instance that dispatches takes them over. Its
 * files are {@code daemon.pid}, {@code daemon.lock} and {@code daemon.log} in the directory {@code
 * queue}; they are their owner's only, and secrets are masked in the log.
 *
 * <p>It runs opencode and plain commands. Agents that are declared in code it knows only when it is
 * a program of the embedder's own, see {@code KugetsuBuilder.daemonCommand}.
 *
 * <p>Thread-safe, and usable by any number of programs at once. After {@code close()} of the
 * instance that it was asked of every method throws {@link io.kugetsu.common.ClosedException}; the
 * dispatcher itself goes on.
 */
public interface QueueDaemon {
  /** {@return how it stands} */
  DaemonStatus status();

  /**
   * Starts it for good, and waits until it serves; up to 60 seconds. When one runs, or is about to,
   * that would end by itself, that one is ended first. Does nothing when one runs for good.
   *
   * @return how it stands then
   * @throws io.kugetsu.common.StorageException when it does not come up; the message has the last
   *     lines of its log
   */
  DaemonStatus start();

  /**
   * Ends it, also one that was only just started: asks it to end, waits up to 30 seconds, then
   * kills it. What it ran goes on.
   *
   * @return whether there was one to be ended
   */
  boolean stop();

  /**
   * Ends it when it runs, and starts it for good; so that it has the present environment.
   *
   * @return how it stands then
   * @throws io.kugetsu.common.StorageException as {@link #start()}
   */
  DaemonStatus restart();

  /**
   * What it wrote down last.
   *
   * @param most how many lines at most, at least 1
   * @return the lines, oldest first; fewer when there are no more
   * @throws io.kugetsu.common.InvalidRequestException when {@code most} is below 1
   */
  List<String> logs(int most);
}
