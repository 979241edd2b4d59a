package io.kugetsu.worktree.internal.setup;

import io.kugetsu.common.InvalidRequestException;
import io.kugetsu.config.SecretMasker;
import io.kugetsu.process.PipeRunner;
import io.kugetsu.process.ProcessExit;
import io.kugetsu.process.ProcessSpec;
import io.kugetsu.process.ProcessStartException;
import io.kugetsu.process.RunningProcess;
import io.kugetsu.worktree.Creation.Reason;
import io.kugetsu.worktree.GitException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Runs one command of a repository in a worktree: without a shell, with nothing to read, in a
 * process tree that is ended with it, at its time limit and by an interrupt. It has the mark of
 * what was begun, by which it is found and ended should this program die.
 *
 * @param tree the worktree
 * @param variables all that it gets
 * @param limit how long it may take; zero for any time
 */
record SetUpRun(Path tree, Map<String, String> variables, Duration limit) {
  private static final Duration GRACE = Duration.ofSeconds(2);
  private static final int SHOWN = 2_000;

  /**
   * Why a command did not do what it should.
   *
   * @param reason for programs
   * @param text for people
   */
  record Failure(Reason reason, String text) {}

  /**
   * Runs it and waits.
   *
   * @param what what it is called in messages
   * @param command the command as it was written
   * @return empty when it ended with exit code 0
   * @throws GitException when the thread was interrupted
   */
  Optional<Failure> run(String what, String command) {
    List<String> words;
    try {
      words = CommandWords.of(command);
    } catch (IllegalArgumentException e) {
      return failed(what + " cannot be read: " + e.getMessage());
    }
    SecretMasker masker = SecretMasker.of(variables);
    try (PipeRunner runner = new PipeRunner()) { // closing it leaves nothing of the tree
      ProcessSpec spec = ProcessSpec.builder(words, tree, variables).masker(masker).build();
      RunningProcess process = runner.start(spec);
      return await(what, masker.apply(command), process);
    } catch (ProcessStartException | InvalidRequestException e) {
      return failed(what + " cannot be run: " + e.getMessage());
    }
  }

  private Optional<Failure> await(String what, String command, RunningProcess process) {
    try {
      long nanos = limit.isZero() ? Long.MAX_VALUE : TimeUnit.NANOSECONDS.convert(limit);
      ProcessExit exit = process.exit().toCompletableFuture().get(nanos, TimeUnit.NANOSECONDS);
      return exit.isSuccess()
          ? Optional.empty()
          : failed(what + " '" + command + "' ended with " + how(exit) + shown(process));
    } catch (TimeoutException e) {
      process.stop(GRACE);
      process.exit().toCompletableFuture().join();
      return Optional.of(
          new Failure(
              Reason.SETUP_TIMED_OUT,
              what + " '" + command + "' took longer than " + limit + shown(process)));
    } catch (InterruptedException e) {
      process.stop(GRACE);
      process.exit().toCompletableFuture().join();
      Thread.currentThread().interrupt();
      throw new GitException("was ended by an interrupt", List.of(command), -1, "", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("the end of a process is never told by a failure", e);
    }
  }

  private static Optional<Failure> failed(String text) {
    return Optional.of(new Failure(Reason.SETUP_FAILED, text));
  }

  private static String how(ProcessExit exit) {
    return exit.signal()
        .orElseGet(
            () -> exit.code().isPresent() ? "exit code " + exit.code().getAsInt() : "no exit");
  }

  private static String shown(RunningProcess process) {
    String tail = process.tail(SHOWN);
    return tail.isBlank() ? "" : ": " + tail.strip();
  }
}
