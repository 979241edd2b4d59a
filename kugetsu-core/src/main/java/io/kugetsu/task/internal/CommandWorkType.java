package io.kugetsu.task.internal;

import io.kugetsu.common.KugetsuException;
import io.kugetsu.common.StorageException;
import io.kugetsu.common.TaskId;
import io.kugetsu.engine.Holder;
import io.kugetsu.process.Following;
import io.kugetsu.process.ProcessSpec;
import io.kugetsu.process.ProcessStartException;
import io.kugetsu.process.ProcessStartException.Kind;
import io.kugetsu.process.ProcessTrees;
import io.kugetsu.process.RunDirectory;
import io.kugetsu.process.RunState;
import io.kugetsu.process.RunningProcess;
import io.kugetsu.process.SupervisedProcess;
import io.kugetsu.task.CommandSpec;
import io.kugetsu.task.FailureType;
import io.kugetsu.task.Run;
import io.kugetsu.task.Work;
import io.kugetsu.task.WorkType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Commands, under a supervisor or on pipes. */
final class CommandWorkType implements WorkType {
  static final String KIND = "command";

  /** The input entry of a command that this JVM's pipes run. */
  static final String ON_PIPES = "onPipes";

  /** The input entry of a command that was given secrets nobody else knows. */
  private static final String SECRETS = "ownSecrets";

  private static final Logger LOG = LoggerFactory.getLogger(CommandWorkType.class);

  private final Runners runners;
  private final RunFiles files;
  private final Map<String, String> environment;
  private final Maskers maskers;

  /** What is to run, from its acceptance until it begins: an environment is never written down. */
  private final Map<TaskId, CommandSpec> accepted = new ConcurrentHashMap<>();

  CommandWorkType(
      Runners runners, RunFiles files, Map<String, String> environment, Maskers maskers) {
    this.runners = runners;
    this.files = files;
    this.environment = environment;
    this.maskers = maskers;
  }

  @Override
  public String kind() {
    return KIND;
  }

  void accept(TaskId id, CommandSpec spec) {
    accepted.put(id, spec);
    maskers.learn(id, spec);
  }

  /** What is kept with the task, for who takes it over. */
  static Map<String, String> input(CommandSpec spec) {
    Map<String, String> input = new HashMap<>();
    if (Maskers.hasSecrets(spec)) {
      input.put(SECRETS, "true");
    }
    if (spec.runner() == CommandSpec.Runner.PIPES) {
      input.put(ON_PIPES, "true");
    }
    return input;
  }

  void forget(TaskId id) {
    drop(id);
    maskers.forget(id);
  }

  /** It is not to be started any more; what it may have written can still be read. */
  void drop(TaskId id) {
    accepted.remove(id);
  }

  @Override
  public Work start(Run run) {
    CommandSpec spec = accepted.remove(run.task());
    if (spec == null) {
      return new EndedWork(FailureType.INTERNAL, "nobody knows any more what it was to run");
    }
    if (run.isStopping()) {
      return new EndedWork(FailureType.STOPPED, "stopped before it was started");
    }
    try {
      if (isCounted(spec) && !run.launching()) {
        return new EndedWork(FailureType.LOST, "it was taken over by another instance");
      }
      return new ProcessWork(launch(run, spec), spec.grace(), true);
    } catch (KugetsuException e) {
      LOG.warn("{} could not be started: {}", run.task(), e.getMessage());
      return new EndedWork(FailureType.START, String.valueOf(e.getMessage()));
    }
  }

  /** Whether somebody counts what lives of it. */
  private static boolean isCounted(CommandSpec spec) {
    return spec.runner() != CommandSpec.Runner.PIPES && !spec.limitKeys().isEmpty();
  }

  private RunningProcess launch(Run run, CommandSpec spec) {
    ProcessSpec.Builder process =
        spec.toProcess(environment).marker(run.marker()).masker(maskers.of(run.task()));
    checkProgram(process.build());
    RunningProcess started =
        spec.runner() == CommandSpec.Runner.PIPES
            ? runners.pipes().start(onPipes(process, run, spec))
            : runners
                .supervised()
                .start(
                    process
                        .runDirectory(run.directory())
                        .foreground(!run.outlives())
                        .wakeFile(files.wake())
                        .build());
    record(run, started, spec);
    return started;
  }

  /**
   * A program that is named by its place and is not there: a supervisor could tell of it only in
   * its output. One in a box is the box's to find.
   */
  private static void checkProgram(ProcessSpec spec) {
    String program = spec.argv().get(0);
    if (program.indexOf('/') < 0 || !spec.wrapper().isEmpty()) {
      return;
    }
    Path file = spec.directory().resolve(program);
    if (!Files.isDirectory(spec.directory()) || Files.isExecutable(file)) {
      return; // the runner says what is wrong with the directory
    }
    boolean there = Files.exists(file);
    throw new ProcessStartException(
        there ? Kind.NOT_EXECUTABLE : Kind.NOT_FOUND,
        program,
        spec.directory(),
        there ? "it may not be executed" : "there is no such program",
        null);
  }

  private ProcessSpec onPipes(ProcessSpec.Builder process, Run run, CommandSpec spec) {
    return process
        .logFile(run.directory().resolve(RunFiles.OUTPUT))
        .logOnDemand(!run.isDetached() && spec.limitKeys().isEmpty())
        .build();
  }

  /** From here on there is a process, and whatever happens its end has to be seen. */
  private static void record(Run run, RunningProcess process, CommandSpec spec) {
    try {
      if (run.started(holder(process), Map.of())) {
        return;
      }
      LOG.warn("{} was taken over by another instance; it is ended here", run.task());
    } catch (RuntimeException e) {
      LOG.error("that {} runs cannot be recorded; it is ended", run.task(), e);
    }
    process.stop(spec.grace());
  }

  private static Holder holder(RunningProcess process) {
    return process instanceof SupervisedProcess
        ? new Holder.Supervised(
            process.pid(), process.startTicks(), process.bootId(), process.marker())
        : new Holder.OfProcess(process.pid(), process.startTicks(), process.bootId());
  }

  @Override
  public Work adopt(Run run) {
    TaskOptions options = TaskOptions.fromInput(run.input());
    if (!RunDirectory.exists(run.directory())) {
      // on pipes, or not begun
      ProcessTrees.end(run.marker(), options.grace());
      return new EndedWork(FailureType.LOST, "the program that ran it is gone");
    }
    try {
      return attach(run, options);
    } catch (StorageException e) {
      LOG.error("the files of {} cannot be used; what is left of it is ended", run.task(), e);
      ProcessTrees.end(run.marker(), options.grace());
      return new EndedWork(
          FailureType.LOST, "its files cannot be used, and it was ended: " + e.getMessage());
    }
  }

  private Work attach(Run run, TaskOptions options) {
    RunDirectory directory = RunDirectory.of(run.directory());
    if (directory.state() == RunState.NEVER_STARTED) {
      return new EndedWork(FailureType.LOST, "its program ended before the command was started");
    }
    SupervisedProcess process =
        runners
            .supervised()
            .attach(run.directory(), Following.exitOnly().masked(maskers.of(run.task())));
    if (!directory.state().hasEnded()) {
      run.started(holder(process), Map.of());
    }
    // what is found now may change meanwhile: its own files decide who was first
    if (!run.isDetached() && directory.cut()) {
      // it was in the foreground of a program that is gone, and ends with it
      process.stop(options.grace());
    } else if (directory.isDetached()) {
      run.foundDetached();
    }
    return new ProcessWork(process, options.grace(), !run.input().containsKey(SECRETS));
  }
}
