package io.kugetsu.process;

import io.kugetsu.common.Experimental;
import io.kugetsu.common.InvalidRequestException;
import io.kugetsu.common.StorageException;
import io.kugetsu.internal.AtomicFiles;
import io.kugetsu.internal.ProcessFacts;
import io.kugetsu.internal.RunSpecFile;
import io.kugetsu.process.ProcessTrees.Ended;
import io.kugetsu.process.ProcessTrees.Member;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The directory of one supervised run, as any program may look at it and act on it without
 * following the run. What it says is computed from the files and the operating system each time.
 * Safe for use by many threads and programs.
 *
 * <p>Every method throws {@link StorageException} when the directory or one of its files is
 * missing, cannot be read, or holds what no run of this library writes.
 */
@Experimental
public final class RunDirectory {
  /** The file that the process writes its output to, raw and not masked. */
  public static final String OUTPUT = "output.log";

  static final String SPEC = "spec.json";
  static final String INPUT = "stdin";
  static final String STATUS = "status";
  static final String PERMIT = "permit";
  static final String CLAIM = "permit.claim";
  static final String TAKEN = "permit.run";

  /** Each step that a run can make between two looks, and one more. */
  private static final int MAX_TRIES = 4;

  /** How long a supervisor may take from its launch to its claim when its owner is dead. */
  private static final long CLAIM_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  private static final long CLAIM_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private final Path path;
  private final RunSpecFile spec;

  private RunDirectory(Path path, RunSpecFile spec) {
    this.path = path;
    this.spec = spec;
  }

  /**
   * Opens the directory of a run that was started before, by whatever program.
   *
   * @param directory the directory
   * @return the run's directory
   */
  public static RunDirectory of(Path directory) {
    Path path = directory.toAbsolutePath();
    RunSpecFile spec = RunSpecFile.read(path.resolve(SPEC));
    try {
      SpecChecks.marker(spec.marker());
      if (spec.wakeFile() != null) {
        Path unused = Path.of(spec.wakeFile());
      }
    } catch (InvalidRequestException | InvalidPathException e) {
      throw new StorageException(path.resolve(SPEC), "names what no run has: " + e, e);
    }
    return new RunDirectory(path, spec);
  }

  /**
   * Tells whether a directory is that of a run that was begun. One that is only half made, because
   * its program died over it, is not: nothing was started in it, and nothing will be.
   *
   * @param directory any directory
   * @return whether all that a supervisor needs is in it
   */
  public static boolean exists(Path directory) {
    return Files.exists(directory.resolve(SPEC))
        && (Files.exists(directory.resolve(STATUS)) || Files.exists(directory.resolve(TAKEN)));
  }

  /** {@return the directory} */
  public Path path() {
    return path;
  }

  /** {@return the marker that every process of the run carries} */
  public String marker() {
    return spec.marker();
  }

  /** {@return the process identifier of the supervisor; empty as long as it has not begun} */
  public OptionalLong pid() {
    Member supervisor = status().supervisor();
    return supervisor == null ? OptionalLong.empty() : OptionalLong.of(supervisor.pid());
  }

  /**
   * {@return when the supervisor started, as in {@link RunningProcess#startTicks()}; empty as long
   * as it has not begun}
   */
  public OptionalLong startTicks() {
    Member supervisor = status().supervisor();
    return supervisor == null ? OptionalLong.empty() : OptionalLong.of(supervisor.startTicks());
  }

  /**
   * How the run stands. Of a run whose starting program died before the supervisor could take over,
   * the claim is withdrawn by this look, after a quarter of a second, so that the answer is
   * certain: {@link RunState#NEVER_STARTED}, or whatever it is that runs. Where process identifiers
   * mean something else, as in another container, what is not known to have ended counts as
   * running.
   *
   * @return the state
   */
  public RunState state() {
    return look(new ProcessTable()).state();
  }

  /**
   * Lets the run outlive the program that has it in the foreground; see {@link
   * SupervisedProcess#detach()}.
   *
   * @return true when it is in the background now or had ended by itself; false when it is being
   *     ended, or was, because its program is gone
   */
  public boolean detach() {
    RunStatus status = status();
    if (spec.foreground() && !status.isDetached() && !status.hasExit()) {
      append("detach");
      status = status();
    }
    return !spec.foreground() || !status.isCut();
  }

  /**
   * Keeps a run from being put into the background whose program is gone, unless it was before. A
   * supervisor that finds the run cut does not end its helper, which ends by itself at the end of
   * its lifeline; so this is for a run only whose program is dead and has closed that.
   *
   * @return true when it is in the foreground for good, and to be ended with its program; false
   *     when it is in the background or has ended
   */
  public boolean cut() {
    RunStatus status = status();
    if (spec.foreground() && !status.isDetached() && !status.hasExit()) {
      append("cut");
      status = status();
    }
    return status.isCut() && !status.hasExit();
  }

  /** {@return whether the run outlives the program that started it} */
  public boolean isDetached() {
    RunStatus status = status();
    return !spec.foreground() || status.isDetached();
  }

  /**
   * Stops the run, whoever follows it, as {@link SupervisedProcess#stop} does, and blocks until
   * that is done: at most the grace and some 20 seconds.
   *
   * @param grace how long it may take to end by itself; zero or less for none
   * @return what came of it
   */
  public Ended stop(Duration grace) {
    if (!withdraw()) {
      noteStop(RunStatus.REQUESTED);
    }
    return sweep(grace);
  }

  /**
   * Keeps the run from ever starting its command, if it has not yet.
   *
   * @return true when the command has not run and never will; false when the supervisor had taken
   *     over already, or somebody had withdrawn the claim before
   */
  public boolean withdraw() {
    return AtomicFiles.delete(path.resolve(CLAIM));
  }

  /**
   * Ends whatever is left of the run: for a run whose owner and supervisor are gone, or that the
   * end of its owner did not reach completely, such as what had left the session. SIGTERM, after
   * the grace SIGKILL. A supervisor that lives is given two seconds to write down the exit. Blocks
   * until done: at most the grace and some 20 seconds. No reason is written down, so that a run
   * that is ended by this does not count as stopped.
   *
   * @param grace how long they may take to end by themselves; zero or less for none
   * @return what came of it
   */
  public Ended sweep(Duration grace) {
    return new RunEnder(this, new ProcessTable()).end(grace);
  }

  RunSpecFile spec() {
    return spec;
  }

  Path output() {
    return path.resolve(OUTPUT);
  }

  /** What the status file says at this moment. */
  RunStatus status() {
    return new StatusFile(path).read();
  }

  /** Adds a line to it, in one write. */
  private void append(String line) {
    new StatusFile(path).append(line);
  }

  /** Writes down that it is stopped, and why. */
  void noteStop(String reason) {
    append("stop " + reason);
  }

  /**
   * What one look saw.
   *
   * @param state how the run stands
   * @param status what is written, read after it was asked who lives
   */
  record Look(RunState state, RunStatus status) {}

  Look look(ProcessTable table) {
    for (int tries = 0; tries < MAX_TRIES; tries++) {
      RunStatus before = status();
      boolean ownerLives = spec.ownerLives();
      boolean supervised = supervisorLives(before);
      // Who lives first, what is written second: what ends in between is not taken for lost.
      RunStatus status = status();
      if (status.isRefused()) {
        return new Look(RunState.NEVER_STARTED, status);
      }
      if (status.hasExit()) {
        return new Look(status.ended(ownerLives), status);
      }
      if (Files.exists(path.resolve(CLAIM))) {
        if (supervised || (status.supervisor() == null && ownerLives)) {
          return new Look(RunState.STARTING, status);
        }
        // A supervisor that was launched just before its owner died is about to take over.
        if (!claimGoes()) {
          withdraw();
        }
      } else if (!Files.exists(path.resolve(TAKEN))) {
        return new Look(RunState.NEVER_STARTED, status);
      } else if (supervised) {
        return new Look(RunState.RUNNING, status);
      } else if (before.supervisor() != null) {
        return new Look(gone(table, status, ownerLives), status);
      }
    }
    throw new StorageException(path, "was taken over by a supervisor that wrote no line", null);
  }

  private boolean claimGoes() {
    long giveUp = System.nanoTime() + CLAIM_NANOS;
    while (Files.exists(path.resolve(CLAIM))) {
      if (System.nanoTime() - giveUp > 0 || Thread.currentThread().isInterrupted()) {
        return false;
      }
      LockSupport.parkNanos(CLAIM_PAUSE_NANOS);
    }
    return true;
  }

  boolean supervisorLives(RunStatus status) {
    Member supervisor = status.supervisor();
    return supervisor != null && lives(supervisor);
  }

  /** Whether one of the run's processes lives; what cannot be known counts as living. */
  boolean lives(Member process) {
    return !spec.isOfEarlierBoot()
        && (!spec.sharesPids()
            || ProcessFacts.isAlive(process.pid(), process.startTicks(), spec.bootId()));
  }

  /**
   * Knows the run's processes as they are found by marker, log and session.
   *
   * @param seenAlive whether the supervisor lives, or was seen to a moment ago; else the number of
   *     its session may be somebody else's by now
   */
  TreeEnder tree(ProcessTable table, RunStatus status, boolean seenAlive) {
    return tree(table, status, seenAlive ? session(status) : 0, null);
  }

  /** The same, for a run whose supervisor has written its exit. */
  TreeEnder leftovers(ProcessTable table, RunStatus status, boolean seenAlive) {
    Member supervisor = status.supervisor();
    return tree(
        table,
        status,
        seenAlive ? session(status) : 0,
        supervisor == null ? null : NewPids.sinceTicks(supervisor.pid(), supervisor.startTicks()));
  }

  private TreeEnder tree(
      ProcessTable table, RunStatus status, long session, @Nullable NewPids since) {
    return new TreeEnder(
        table,
        spec.marker(),
        status.supervisor(),
        realOutput(),
        new TreeEnder.Session(session),
        since);
  }

  /** The session's number, or 0 when a process has it that is not the supervisor. */
  private static long session(RunStatus status) {
    Member supervisor = status.supervisor();
    OptionalLong now = ProcessFacts.startTicks(status.group());
    boolean reused =
        supervisor == null || (now.isPresent() && now.getAsLong() != supervisor.startTicks());
    return reused ? 0 : status.group();
  }

  private RunState gone(ProcessTable table, RunStatus status, boolean ownerLives) {
    if (spec.isOfEarlierBoot()) {
      return RunState.INTERRUPTED;
    }
    // Its session's number may be somebody else's by now.
    boolean left = !tree(table, status, false).members().isEmpty();
    return left ? RunState.UNSUPERVISED : status.ended(ownerLives);
  }

  /** As the system names what its writers have open; never what a link in its place leads to. */
  private String realOutput() {
    try {
      return path.toRealPath().resolve(OUTPUT).toString();
    } catch (IOException e) {
      return output().toString();
    }
  }

  /** Makes the files of a new run; the claim comes last. Nothing is left when it cannot. */
  static RunDirectory create(Path directory, RunSpecFile spec, byte @Nullable [] input) {
    if (Files.exists(directory.resolve(STATUS)) || Files.exists(directory.resolve(SPEC))) {
      throw new StorageException(directory, "has had a run already; each needs its own", null);
    }
    RunDirectory run = new RunDirectory(directory, spec);
    try {
      // Only one of two that ask at the same time makes this one; the other touches nothing.
      AtomicFiles.createNew(directory.resolve(OUTPUT), new byte[0]);
    } catch (IOException e) {
      throw new StorageException(directory, "cannot hold a run: " + e, e);
    }
    try {
      spec.write(directory.resolve(SPEC));
      if (input != null) {
        AtomicFiles.createNew(directory.resolve(INPUT), input);
      }
      AtomicFiles.createNew(directory.resolve(STATUS), new byte[0]);
      AtomicFiles.createNew(directory.resolve(CLAIM), new byte[0]);
      return run;
    } catch (IOException e) {
      run.discard();
      throw new StorageException(directory, "cannot hold a run: " + e, e);
    } catch (StorageException e) {
      run.discard();
      throw e;
    }
  }

  /** Nothing was started: leaves the directory as it was. */
  void discard() {
    for (String name : new String[] {CLAIM, STATUS, OUTPUT, INPUT, SPEC}) {
      AtomicFiles.delete(path.resolve(name));
    }
  }
}
