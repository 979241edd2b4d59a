package io.kugetsu.storm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.support.ChildProgram;
import io.kugetsu.support.LeakFree;
import io.kugetsu.support.TestRepository;
import io.kugetsu.worktree.WorktreeService;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Many programs make and remove worktrees of one repository while somebody else works in it, who is
 * then compared with the same person beside bare git, one worktree after the other. How much is
 * settable: {@code -Dkugetsu.storm.worktrees} (512 is the whole size) and {@code
 * -Dkugetsu.storm.calls} (3000).
 */
@Timeout(1_800)
class WorktreeStormIT extends LeakFree {
  private static final Logger LOG = LoggerFactory.getLogger(WorktreeStormIT.class);
  private static final int WORKTREES = Integer.getInteger("kugetsu.storm.worktrees", 48);
  private static final int CALLS = Integer.getInteger("kugetsu.storm.calls", 100);
  private static final boolean WHOLE = WORKTREES >= 512 && CALLS >= 3_000;
  private static final int JVMS = WHOLE ? 8 : 3;
  private static final int THREADS = 4;
  private static final int FILES = 20;
  private static final double MOST = 1.5;

  @TempDir Path temp;

  private Path origin;
  private Path shop;
  private Path bystanders;

  @BeforeEach
  void makeRepository() throws Exception {
    origin = TestRepository.create(temp.resolve("origin")).directory();
    for (int i = 0; i < FILES; i++) {
      Files.writeString(origin.resolve("file" + i), "text of " + i + "\n");
    }
    TestRepository.git(origin, "add", ".");
    TestRepository.git(origin, "commit", "--quiet", "-m", "files");
    shop = temp.toRealPath().resolve("shop");
    TestRepository.git(temp, "clone", "--quiet", origin.toString(), shop.toString());
    for (Path repository : List.of(origin, shop)) {
      TestRepository.git(repository, "config", "gc.auto", "0");
    }
    bystanders = temp.resolve("bystander");
    TestRepository.git(
        shop, "worktree", "add", "--quiet", "-b", "bystander", bystanders.toString());
  }

  @Test
  void nothing_fails_nothing_is_left_and_others_notice_no_more_than_of_bare_git() throws Exception {
    String before = traces();
    Rate ours = beside(this::storm);
    assertEquals(before, traces());
    assertEquals(List.of(), WorktreeService.of(shop, temp.resolve("trees")).list());
    assertEquals("", TestRepository.git(shop, "fsck", "--no-dangling"));

    Rate bare = beside(this::bareLoop);
    LOG.info("beside kugetsu {}", ours);
    LOG.info("beside bare git {}", bare);
    assertEquals(before, traces());
    assertTrue(ours.adds >= WORKTREES && ours.calls >= CALLS && bare.calls >= CALLS);
    if (WHOLE) {
      assertTrue(ours.perThousand() <= MOST * bare.perThousand(), ours + " and bare " + bare);
    }
  }

  /** What somebody else meets beside something that makes worktrees until it is told to stop. */
  private Rate beside(Storm storm) throws Exception {
    try (ChildProgram bystander =
        ChildProgram.start(BystanderMain.class, bystanders, origin, CALLS)) {
      int adds = storm.blow(bystander);
      bystander.type('.');
      String[] over = bystander.await("over").split(" ");
      bystander.awaitEnd();
      List<String> failures =
          bystander.lines().stream()
              .filter(line -> line.startsWith("failed"))
              .distinct()
              .limit(3)
              .toList();
      return new Rate(adds, Integer.parseInt(over[0]), Integer.parseInt(over[1]), failures);
    }
  }

  private int storm(ChildProgram bystander) throws Exception {
    List<ChildProgram> programs = new ArrayList<>();
    try {
      for (int i = 0; i < JVMS; i++) {
        int part = (WORKTREES + JVMS - 1) / JVMS;
        programs.add(
            ChildProgram.start(
                WorktreeStormMain.class, shop, temp.resolve("trees"), "jvm" + i, THREADS, part));
      }
      for (ChildProgram program : programs) {
        program.await("part");
      }
      bystander.await("enough");
      int adds = 0;
      for (ChildProgram program : programs) {
        program.endInput();
        adds += Integer.parseInt(program.await("over"));
        program.awaitEnd();
        assertEquals(
            List.of(), program.lines().stream().filter(line -> line.startsWith("failed")).toList());
      }
      return adds;
    } finally {
      programs.forEach(ChildProgram::close);
    }
  }

  /** One after the other, with nothing around git. */
  private int bareLoop(ChildProgram bystander) throws Exception {
    int adds = 0;
    while (!bystander.lines().contains("enough")) {
      Path tree = temp.resolve("bare" + adds);
      TestRepository.git(
          shop, "worktree", "add", "--quiet", "--no-track", "-b", "bare", tree.toString(), "main");
      TestRepository.git(shop, "worktree", "remove", tree.toString());
      TestRepository.git(shop, "branch", "--quiet", "-D", "bare");
      adds++;
    }
    return adds;
  }

  /** What making worktrees leaves behind, but for what the bystander does on purpose. */
  private String traces() throws Exception {
    return String.join(
        "\n",
        "branches " + TestRepository.git(shop, "branch", "--format=%(refname)"),
        "entries " + children(shop.resolve(".git/worktrees")),
        "trees " + children(temp.resolve("trees")),
        "trash " + children(temp.resolve("trees/.trash")),
        "begun " + children(shop.resolve(".git/kugetsu/begun")),
        "new " + children(shop.resolve(".git/kugetsu/new")),
        "gone " + children(shop.resolve(".git/kugetsu/gone")),
        "being made " + children(temp.resolve("trees/.making")),
        "locks " + locks());
  }

  private List<String> locks() throws Exception {
    try (Stream<Path> files = Files.walk(shop.resolve(".git"))) {
      return files
          .filter(file -> file.toString().endsWith(".lock"))
          .filter(file -> !file.endsWith(Path.of("kugetsu", "registry.lock")))
          .map(Path::toString)
          .toList();
    }
  }

  private static List<String> children(Path directory) throws Exception {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> children = Files.list(directory)) {
      return children
          .map(child -> child.getFileName().toString())
          .filter(name -> !name.startsWith("."))
          .sorted()
          .toList();
    }
  }

  private interface Storm {
    int blow(ChildProgram bystander) throws Exception;
  }

  private record Rate(int adds, int calls, int failed, List<String> texts) {
    double perThousand() {
      return 1_000.0 * failed / adds;
    }

    @Override
    public String toString() {
      return String.format(
          "%d adds: %d of %d calls of others failed, %.1f for 1000 adds %s",
          adds, failed, calls, perThousand(), texts);
    }
  }
}
