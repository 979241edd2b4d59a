package io.kugetsu.storm;

import io.kugetsu.support.TestRepository;
import io.kugetsu.worktree.Creation;
import io.kugetsu.worktree.Removal;
import io.kugetsu.worktree.Worktree;
import io.kugetsu.worktree.WorktreeRequest;
import io.kugetsu.worktree.WorktreeService;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One of several programs that make and remove worktrees of one repository, in several threads,
 * until their input ends.
 */
final class WorktreeStormMain {
  private final Path repository;
  private final WorktreeService service;
  private final AtomicInteger made = new AtomicInteger();
  private volatile boolean enough;

  private WorktreeStormMain(Path repository, Path root) {
    this.repository = repository;
    this.service = WorktreeService.of(repository, root);
  }

  /** Arguments: the repository, the root, this program's name, threads, how many are its part. */
  public static void main(String[] args) throws Exception {
    beNice();
    WorktreeStormMain program = new WorktreeStormMain(Path.of(args[0]), Path.of(args[1]));
    int threads = Integer.parseInt(args[3]);
    int part = Integer.parseInt(args[4]);
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    List<Future<Object>> all = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      String name = args[2] + "-" + i;
      all.add(pool.submit((Callable<Object>) () -> program.work(name, part)));
    }
    while (System.in.read() >= 0) {
      // until whoever started this closes the stream
    }
    program.enough = true;
    for (Future<Object> each : all) {
      each.get();
    }
    pool.shutdown();
    say("over " + program.made);
  }

  /** So that the bystander, who is alone, gets on beside so many. */
  private static void beNice() throws Exception {
    String pid = Long.toString(ProcessHandle.current().pid());
    boolean unused = new ProcessBuilder("renice", "-n", "10", "-p", pid).start().waitFor() == 0;
  }

  private Object work(String name, int part) {
    for (int i = 0; !enough; i++) {
      try {
        String failure = round(name + "-" + i);
        if (!failure.isEmpty()) {
          say("failed " + failure.replace('\n', ' '));
        }
      } catch (RuntimeException e) {
        say("failed " + e.toString().replace('\n', ' '));
      }
      int count = made.incrementAndGet();
      if (count == part) {
        say("part");
      } else if (count % 5 == 0) {
        say("at " + count);
      }
    }
    return name;
  }

  private String round(String name) {
    Creation creation = service.create(WorktreeRequest.branch("storm/" + name).named(name));
    if (creation.created().isEmpty()) {
      return creation.toString();
    }
    Worktree tree = creation.created().get();
    if (!Files.exists(tree.path().resolve("README.md"))) {
      return tree + " has no files";
    }
    if (service.find(name).isEmpty()) {
      return tree + " is not found";
    }
    Removal removal = service.remove(tree);
    if (!(removal instanceof Removal.Removed removed) || removed.leftover().isPresent()) {
      return removal.toString();
    }
    try {
      TestRepository.git(
          repository, "update-ref", "-d", "refs/heads/" + tree.branch(), tree.baseCommit());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
    return "";
  }

  private static void say(String line) {
    byte[] bytes = (line + "\n").getBytes(StandardCharsets.UTF_8);
    System.out.write(bytes, 0, bytes.length);
    System.out.flush();
  }
}
