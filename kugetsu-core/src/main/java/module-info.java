/**
 * Runs coding agents in parallel, each in a git worktree of its own.
 *
 * <p>Most embedding tools need {@link io.kugetsu} alone. Limits, worktrees, engines and processes
 * can be used by themselves.
 */
module io.kugetsu.core {
  requires static org.jspecify;
  requires java.net.http;
  requires org.slf4j;
  requires org.apache.commons.exec;
  requires tools.jackson.databind;

  exports io.kugetsu;
  exports io.kugetsu.agent;
  exports io.kugetsu.common;
  exports io.kugetsu.config;
  exports io.kugetsu.engine;
  exports io.kugetsu.limit;
  exports io.kugetsu.notification;
  exports io.kugetsu.operations;
  exports io.kugetsu.process;
  exports io.kugetsu.queue;
  exports io.kugetsu.session;
  exports io.kugetsu.task;
  exports io.kugetsu.testing;
  exports io.kugetsu.worktree;
}
