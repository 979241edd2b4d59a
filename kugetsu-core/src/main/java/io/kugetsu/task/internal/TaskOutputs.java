package io.kugetsu.task.internal;

import io.kugetsu.common.InvalidRequestException;
import io.kugetsu.common.TaskId;
import io.kugetsu.internal.AtomicFiles;
import io.kugetsu.process.OutputFile;
import io.kugetsu.process.OutputPage;
import io.kugetsu.task.OutputSnapshot;
import io.kugetsu.task.WorkOutput;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What tasks have written, wherever it is: in the run's file, with the living work, or, of a task
 * in the foreground of which nothing else is left, in the memory of who holds it.
 */
final class TaskOutputs implements AutoCloseable {
  /** The shortest page that can hold a whole character. */
  private static final int SHORTEST_PAGE = 4;

  private final RunFiles files;
  private final LiveRuns live;
  private final Completions completions;
  private final Maskers maskers;
  private final Followings followings;

  TaskOutputs(
      RunFiles files, LiveRuns live, Completions completions, Executor executor, Maskers maskers) {
    this.files = files;
    this.live = live;
    this.completions = completions;
    this.maskers = maskers;
    this.followings = new Followings(executor);
  }

  /**
   * The output of an epoch, looked for anew at each use.
   *
   * @param waits what is left of a task for who holds it, or null
   * @param over whether nothing more will be written
   */
  WorkOutput of(TaskId id, long epoch, Completions.@Nullable Waits waits, BooleanSupplier over) {
    return new Output(id, epoch, waits, over);
  }

  /** What a run has written, also once nothing of it is left on the disk. */
  WorkOutput of(LiveRun run) {
    return of(run.task(), run.epoch(), completions.peek(run.task()), run::hasEnded);
  }

  /**
   * Follows an output until it is over.
   *
   * @param over whether nothing more will be written
   */
  Followings.Following follow(
      WorkOutput output, long from, BooleanSupplier over, Consumer<OutputPage> listener) {
    if (from < 0) {
      throw new InvalidRequestException("an output begins at 0, not " + from);
    }
    return followings.follow(output, from, over, listener);
  }

  /** Keeps what a run wrote whose files are about to go, for who holds the task. */
  WorkOutput keep(LiveRun run) {
    Optional<WorkOutput> work = work(run.task());
    if (work.isPresent()) {
      return work.get();
    }
    byte[] bytes = AtomicFiles.read(path(run.task(), run.epoch())).orElse(new byte[0]);
    return new KeptOutput(bytes, maskers.of(run.task()));
  }

  OutputSnapshot snapshot(WorkOutput output) {
    long size = output.size();
    OutputPage first = output.read(0, SHORTEST_PAGE);
    return new OutputSnapshot(
        size,
        tail(output, size, OutputSnapshot.PREVIEW),
        size > OutputSnapshot.PREVIEW,
        output.file(),
        first.from() == 0);
  }

  String tail(WorkOutput output, int maxBytes) {
    if (maxBytes < 0) {
      throw new InvalidRequestException("ask for at least 0 bytes of output, not " + maxBytes);
    }
    return tail(output, output.size(), maxBytes);
  }

  private static String tail(WorkOutput output, long size, int maxBytes) {
    if (maxBytes < SHORTEST_PAGE) {
      return "";
    }
    StringBuilder text = new StringBuilder();
    for (long from = Math.max(0, size - maxBytes); from < size; ) {
      int wanted = (int) Math.max(SHORTEST_PAGE, Math.min(maxBytes, size - from));
      OutputPage page = output.read(from, wanted);
      if (page.to() <= from) {
        break;
      }
      text.append(page.text());
      from = page.to();
    }
    return text.toString();
  }

  /** Nothing is kept of the task any more. */
  void forget(TaskId id) {
    maskers.forget(id);
  }

  private Optional<WorkOutput> work(TaskId id) {
    return live.find(id).flatMap(LiveRun::work).flatMap(work -> work.output());
  }

  private Path path(TaskId id, long epoch) {
    return files.directory(id, epoch).resolve(RunFiles.OUTPUT);
  }

  @Override
  public void close() {
    followings.close();
  }

  private final class Output implements WorkOutput {
    private final TaskId id;
    private final long epoch;
    private final Completions.@Nullable Waits waits;
    private final BooleanSupplier over;

    Output(TaskId id, long epoch, Completions.@Nullable Waits waits, BooleanSupplier over) {
      this.id = id;
      this.epoch = epoch;
      this.waits = waits;
      this.over = over;
    }

    @Override
    public long size() {
      return of(WorkOutput::size, () -> OutputFile.size(path(id, epoch)));
    }

    @Override
    public OutputPage read(long from, int maxBytes) {
      return of(
          output -> output.read(from, maxBytes),
          () ->
              OutputFile.read(
                  path(id, epoch), from, maxBytes, maskers.of(id), over.getAsBoolean()));
    }

    private <T> T of(Function<WorkOutput, T> memory, Supplier<T> file) {
      Optional<WorkOutput> before = inMemory();
      if (before.isPresent()) {
        return memory.apply(before.get());
      }
      T read = file.get();
      // the file may have gone meanwhile, and before it does all of it is kept
      WorkOutput kept = kept();
      return kept == null ? read : memory.apply(kept);
    }

    private @Nullable WorkOutput kept() {
      return waits == null ? null : waits.output;
    }

    @Override
    public Optional<Path> file() {
      return Optional.of(path(id, epoch)).filter(Files::isRegularFile);
    }

    /** A file has all of it, and memory only the end. */
    private Optional<WorkOutput> inMemory() {
      WorkOutput kept = kept();
      return kept != null ? Optional.of(kept) : file().isPresent() ? Optional.empty() : work(id);
    }
  }
}
