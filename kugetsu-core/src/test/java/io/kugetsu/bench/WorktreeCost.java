package io.kugetsu.bench;

import io.kugetsu.support.TestRepository;
import io.kugetsu.worktree.Removal;
import io.kugetsu.worktree.Worktree;
import io.kugetsu.worktree.WorktreeRequest;
import io.kugetsu.worktree.WorktreeService;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What a worktree costs beside bare git: one made and removed after the other, eight at a time, and
 * a listing of a hundred with what was done in each. Git is run by the same JVM in both cases; what
 * is compared with is never run beside anything.
 */
final class WorktreeCost {
  private static final int AT_ONCE = 8;
  private static final int LISTED = 100;

  private final Path repository;
  private final Path bareRoot;
  private final WorktreeService service;
  private final AtomicInteger serial = new AtomicInteger();

  private WorktreeCost(Path scratch, int files) throws Exception {
    repository = TestRepository.create(scratch.resolve("files-" + files)).directory();
    for (int i = 0; i < files; i++) {
      Path file = repository.resolve("d" + i / 100).resolve("file" + i);
      Files.createDirectories(file.getParent());
      Files.writeString(file, "the text of file " + i + "\n");
    }
    TestRepository.git(repository, "config", "gc.auto", "0");
    TestRepository.git(repository, "add", ".");
    TestRepository.git(repository, "commit", "--quiet", "-m", "files");
    bareRoot = scratch.resolve("bare-" + files);
    service = WorktreeService.of(repository, scratch.resolve("trees-" + files));
  }

  static List<Figure> measureSmall(Path scratch) throws Exception {
    return new WorktreeCost(scratch, 20).compare(40, 160, 2.5, 1 / 0.7);
  }

  static List<Figure> measureLarge(Path scratch) throws Exception {
    return new WorktreeCost(scratch, 20_000).compare(2, 8, 1.3, 1);
  }

  static List<Figure> measureList(Path scratch) throws Exception {
    return new WorktreeCost(scratch, 20).list();
  }

  private List<Figure> compare(int rounds, int together, double serially, double atOnce)
      throws Exception {
    List<Figure> figures = new ArrayList<>();
    Samples ours = new Samples();
    Samples bare = new Samples();
    for (int i = 0; i < rounds + 2; i++) {
      long one = i % 2 == 0 ? ours() : bare();
      long other = i % 2 == 0 ? bare() : ours();
      if (i >= 2) {
        ours.add(i % 2 == 0 ? one : other);
        bare.add(i % 2 == 0 ? other : one);
      }
    }
    double floor = bare.medianMicros();
    figures.add(
        new Figure(
            "p50 of one made and removed",
            "µs",
            ours.medianMicros(),
            floor,
            Goal.timesFloor(serially)));
    AtomicInteger failures = new AtomicInteger();
    long start = System.nanoTime();
    ExecutorService pool = Executors.newFixedThreadPool(AT_ONCE);
    List<Future<?>> all = new ArrayList<>();
    for (int i = 0; i < together; i++) {
      all.add(
          pool.submit(
              () -> {
                try {
                  ours();
                } catch (Exception e) {
                  failures.incrementAndGet();
                }
              }));
    }
    for (Future<?> each : all) {
      each.get();
    }
    pool.shutdown();
    figures.add(
        new Figure(
            "each of " + together + ", " + AT_ONCE + " at once",
            "µs",
            (System.nanoTime() - start) / 1_000.0 / together,
            floor,
            Goal.timesFloor(atOnce)));
    figures.add(Figure.of("failures of " + together, "", failures.get(), Goal.atMost(0)));
    return figures;
  }

  /** The nanoseconds that one takes; the branch goes outside of them. */
  private long ours() throws Exception {
    String name = "w" + serial.incrementAndGet();
    long start = System.nanoTime();
    Worktree tree = service.create(WorktreeRequest.branch(name)).created().orElseThrow();
    Removal removal = service.remove(tree);
    long nanos = System.nanoTime() - start;
    if (!(removal instanceof Removal.Removed)) {
      throw new IllegalStateException(removal.toString());
    }
    TestRepository.git(repository, "update-ref", "-d", "refs/heads/" + name);
    return nanos;
  }

  private long bare() throws Exception {
    String name = "b" + serial.incrementAndGet();
    String tree = bareRoot.resolve(name).toString();
    long start = System.nanoTime();
    TestRepository.git(repository, "worktree", "add", "-q", "--no-track", "-b", name, tree);
    TestRepository.git(repository, "worktree", "remove", tree);
    long nanos = System.nanoTime() - start;
    TestRepository.git(repository, "update-ref", "-d", "refs/heads/" + name);
    return nanos;
  }

  private List<Figure> list() throws Exception {
    for (int i = 0; i < LISTED; i++) {
      Worktree tree = service.create(WorktreeRequest.branch("l" + i)).created().orElseThrow();
      Files.writeString(tree.path().resolve("README.md"), "changed\n");
    }
    Rounds rounds =
        Rounds.interleaved(
            1,
            5,
            () -> service.list().forEach(service::changes),
            () -> {
              TestRepository.git(repository, "worktree", "list", "--porcelain");
              for (Worktree tree : service.list()) {
                TestRepository.git(tree.path(), "status", "--porcelain");
              }
            });
    return List.of(rounds.percentile("p50 of " + LISTED + " with their changes", 50, Goal.none()));
  }
}
