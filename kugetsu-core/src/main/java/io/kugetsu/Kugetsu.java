package io.kugetsu;

import io.kugetsu.common.IssueRef;
import io.kugetsu.config.Settings;
import io.kugetsu.limit.ConcurrencyLimiter;
import io.kugetsu.notification.Notifications;
import io.kugetsu.operations.Stats;
import io.kugetsu.queue.QueueDaemon;
import io.kugetsu.queue.QueueRequest;
import io.kugetsu.queue.TaskQueue;
import io.kugetsu.session.AgentSession;
import io.kugetsu.session.SessionRegistry;
import io.kugetsu.task.BackgroundManager;
import io.kugetsu.task.TaskHandle;
import io.kugetsu.worktree.RemovalRequest;
import io.kugetsu.worktree.SetUpFile;
import io.kugetsu.worktree.WorktreeService;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Runs coding agents in parallel: each issue gets an agent session in a git worktree of its own, a
 * message is handed over and starts when a permit is free, and whoever asked is told.
 *
 * <pre>{@code
 * try (Kugetsu kugetsu = Kugetsu.open(Path.of("shop"))) {
 *   kugetsu.init();
 *   TaskHandle task = kugetsu.delegate("Fix the flaky login test", IssueRef.parse("github.com/acme/shop#42"));
 *   System.out.println(task.await(Duration.ofMinutes(30)).finalAnswer());
 * }
 * }</pre>
 *
 * <p>There is no server, and a dispatcher in the background only where it is asked for ({@link
 * #daemon()}): what is kept lies in one directory, as files a person can read. Several instances,
 * in several threads and several JVMs, may be open on one directory at once; the limits hold for
 * all of them together.
 *
 * <p><b>Agents outlive the program.</b> Each works under a small supervisor of its own, in the
 * background: it goes on when the instance is closed, and when its JVM is killed. It keeps its
 * permit as long as anything of it lives. Any open instance that dispatches and has an agent of
 * that name takes over what has no living owner, at its opening or within a second: it reads again
 * all that the agent printed, waits for its end and writes that down, also of an agent that ended
 * while no instance was open. A message whose agent had not been started goes back into the line.
 * Nothing is run twice. With an engine that is not {@linkplain
 * io.kugetsu.engine.EngineTraits#durable() durable} nobody could take over, so there agents end
 * with the instance and with its JVM.
 *
 * <p><b>Secrets.</b> An agent writes its output file by itself, so that this file holds what the
 * agent printed of them; it is for its owner only and is removed with the task. Whatever is read of
 * it through this API is masked, that is, the values of variables whose names look like those of
 * secrets are replaced: in the outputs of a task's handle, outcomes, events and notifications, and
 * in what the library logs.
 *
 * <p>Thread-safe. After {@link #close()} every method but {@code close} throws {@link
 * io.kugetsu.common.ClosedException}.
 */
public interface Kugetsu extends AutoCloseable {
  /**
   * Opens kugetsu on a repository with the settings of its config file and the host's environment.
   *
   * @param repository a clone, or any directory inside it
   * @return the instance, which starts what waits in the directory's queue
   * @throws io.kugetsu.worktree.RepositoryException when it is no git repository that can be read
   * @throws io.kugetsu.common.StorageException when kugetsu's directory cannot be used
   */
  static Kugetsu open(Path repository) {
    return builder(repository).open();
  }

  /**
   * Opens kugetsu with settings of the caller's own; they win over environment and config file.
   *
   * @param repository a clone, or any directory inside it
   * @return a builder; nothing is opened yet
   */
  static KugetsuBuilder builder(Path repository) {
    return new KugetsuBuilder(repository);
  }

  /**
   * Makes this repository known in the directory, and writes a config file with commented examples
   * if there is none. Safe to repeat.
   *
   * @return what it did
   */
  InitReport init();

  /**
   * Lets the commands that a repository has for its worktrees be run from now on, by everybody who
   * uses this directory. A session whose repository has such commands that are not trusted gets no
   * worktree, and its message fails with a text that says so. Trusting it again changes nothing.
   *
   * @param file the commands, as {@link SetUpFile#of} reads them; what they run, a script of the
   *     repository for example, is trusted with them on every branch
   * @throws io.kugetsu.common.StorageException when that cannot be remembered
   */
  void trust(SetUpFile file);

  /**
   * Hands a message over and returns at once, when it is durable. It starts, in the order of
   * handing over, as soon as there is a permit; the first message for a ref gets a worktree and a
   * session, a further one goes on in them. While the ref's session is interrupted its messages
   * wait until {@link #start} or {@link #continueSession} goes on with it, or {@link #destroy} ends
   * it.
   *
   * @param message what the agent is told, byte-exact; not blank
   * @param ref the issue it belongs to
   * @return a hold on the task
   * @throws io.kugetsu.common.InvalidRequestException when the message is blank, or no known clone
   *     belongs to the ref
   * @throws io.kugetsu.session.NotInitializedException when {@link #init()} was never called for
   *     this repository
   * @throws io.kugetsu.agent.AgentUnavailableException when the agent cannot be started here
   * @throws io.kugetsu.common.StorageException when it cannot be written; then it is not accepted
   */
  default TaskHandle delegate(String message, IssueRef ref) {
    return delegate(QueueRequest.of(message, ref));
  }

  /**
   * Hands a message over, as {@link #delegate(String, IssueRef)} does, with priority, model or an
   * idempotency key.
   *
   * @param request the message
   * @return a hold on the task; on the existing one for an idempotency key that is kept
   */
  TaskHandle delegate(QueueRequest request);

  /**
   * Starts a message now or not at all. An existing session of the ref is gone on with, an
   * interrupted one too. It never overtakes a message that waits.
   *
   * @param ref the issue
   * @param message what the agent is told; not blank
   * @return a hold on the task, which is admitted; {@link TaskHandle#started()} tells when it runs
   * @throws io.kugetsu.common.LimitReachedException when there is no permit, with who has it
   * @throws io.kugetsu.common.KugetsuException as {@link #delegate(String, IssueRef)}
   */
  TaskHandle start(IssueRef ref, String message);

  /**
   * Hands a further message to an existing session. While that runs, the message waits behind it.
   *
   * @param ref the session's issue
   * @param message what the agent is told; not blank
   * @return a hold on the task
   * @throws io.kugetsu.session.SessionNotFoundException when the ref has no session
   * @throws io.kugetsu.common.KugetsuException as {@link #delegate(String, IssueRef)}
   */
  TaskHandle continueSession(IssueRef ref, String message);

  /**
   * Lists the sessions. What waits to become one is among them, as {@link
   * io.kugetsu.session.SessionState#WAITING}; so is what was claimed and has no record yet, as
   * {@link io.kugetsu.session.SessionState#PREPARING}.
   *
   * @return the sessions, by key
   */
  List<AgentSession> list();

  /**
   * The session of a ref.
   *
   * @param ref the issue
   * @return the session; empty when there is none yet, also while its first message waits
   * @throws io.kugetsu.common.InvalidRequestException when no known clone belongs to the ref
   */
  Optional<AgentSession> session(IssueRef ref);

  /**
   * Ends a session: removes its worktree and its record. Its branch stays, with every commit.
   * Refused while a message of it runs, or waits for anything but an interruption, and when
   * anything uncommitted or ignored would be lost. What an interrupted session held begins anew.
   *
   * @param ref the session's issue
   * @return what became of it
   * @throws io.kugetsu.session.SessionNotFoundException when the ref has no session
   * @throws io.kugetsu.common.InvalidRequestException when no known clone belongs to the ref
   */
  default Destruction destroy(IssueRef ref) {
    return destroy(ref, RemovalRequest.refusing());
  }

  /**
   * The same, with a say in what becomes of the work in the worktree: saved in a rescue, which
   * {@link #worktrees()} gives back, or lost; and of its branch, which may go once it is in another
   * one.
   *
   * @param ref the session's issue
   * @param removal how its worktree is to be removed
   * @return what became of it
   * @throws io.kugetsu.session.SessionNotFoundException when the ref has no session
   * @throws io.kugetsu.common.InvalidRequestException when no known clone belongs to the ref
   */
  Destruction destroy(IssueRef ref, RemovalRequest removal);

  /** {@return what was told} */
  Notifications notifications();

  /**
   * What the last runs wrote, newest first: where the files are, which are raw. To read them with
   * secrets masked, ask the task's handle for its output.
   *
   * @param most how many at most, at least 1
   * @return the logs
   * @throws io.kugetsu.common.InvalidRequestException when {@code most} is below 1
   */
  List<RunLog> logs(int most);

  /** {@return how everything on the directory stands now, in one look} */
  Stats stats();

  /** {@return the settings in force now} */
  Settings settings();

  /** {@return kugetsu's directory} */
  Path directory();

  /**
   * Everything that runs or shall run. Commands and work of the host are started here; they share
   * the limits with the agents. Ends with this instance. Closed by itself, this instance starts
   * nothing any more, and what waits is left to others.
   *
   * @return the tasks
   */
  BackgroundManager tasks();

  /** {@return the queue} */
  TaskQueue queue();

  /** {@return the dispatcher in the background, which this instance may start, end and look at} */
  QueueDaemon daemon();

  /** {@return the sessions} */
  SessionRegistry sessions();

  /** {@return the worktrees of the repository} */
  WorktreeService worktrees();

  /** {@return the limiter, which counts agents and permits taken directly alike} */
  ConcurrencyLimiter limiter();

  /**
   * Takes nothing new, lets what runs here come to its end for a while, then closes as {@link
   * #close()} does. From the call on messages are refused with {@link
   * io.kugetsu.common.ClosedException}.
   *
   * @param drain how long to wait for what runs; zero for not at all
   * @return what it left, and what it stopped; empty lists when it was closed before
   */
  CloseReport closeGracefully(Duration drain);

  /**
   * Closes now; every wait in it is bounded.
   *
   * <ul>
   *   <li>Agents, and commands in the background, go on, and the next instance on the directory
   *       takes them over. To end them, stop their tasks first.
   *   <li>Commands in the foreground or on pipes, and work of the host, are stopped with their
   *       whole process trees; with an engine that is not durable the agents too, whose sessions
   *       are interrupted then.
   *   <li>A message whose agent was only about to be started goes back into the line; one that was
   *       handed to {@link #start} is interrupted. A worktree that is being made for it is undone,
   *       its hook and set-up command are ended. What waits stays in the line.
   *   <li>Waits end with {@link io.kugetsu.common.ClosedException}.
   * </ul>
   *
   * What became of all that is told by {@link #closeGracefully(Duration)}. Idempotent.
   */
  @Override
  void close();
}
