package io.kugetsu.storm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.support.ChildProgram;
import io.kugetsu.support.LeakFree;
import io.kugetsu.support.OsProcesses;
import io.kugetsu.support.TestRepository;
import io.kugetsu.worktree.Removal;
import io.kugetsu.worktree.RemovalRequest;
import io.kugetsu.worktree.Rescue;
import io.kugetsu.worktree.Restoration;
import io.kugetsu.worktree.Worktree;
import io.kugetsu.worktree.WorktreeRequest;
import io.kugetsu.worktree.WorktreeService;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A program is killed at random points while it does something with a worktree, or its git is, or
 * both; whoever opens the repository next finds it fully done or not done at all, and no work lost.
 * How many points is settable: {@code -Dkugetsu.storm.points}; so is the seed, {@code
 * -Dkugetsu.storm.seed}.
 */
@Timeout(1_800)
class WorktreeKillsIT extends LeakFree {
  private static final Logger LOG = LoggerFactory.getLogger(WorktreeKillsIT.class);
  private static final int POINTS = Integer.getInteger("kugetsu.storm.points", 18);
  private static final long SEED = Long.getLong("kugetsu.storm.seed", 42);
  private static final List<String> THINGS =
      List.of("create", "remove", "rescue", "restore", "merge", "squash");
  private static final int FILES = 40;
  private static final int MOST_CALLS = 14;

  @TempDir Path temp;

  private final Random random = new Random(SEED);
  private final Map<String, Integer> counts = new TreeMap<>();
  private Path shop;
  private Path root;
  private KillingGit killing;

  @BeforeEach
  void makeRepository() throws Exception {
    shop = temp.toRealPath().resolve("shop");
    root = temp.toRealPath().resolve("trees");
    TestRepository.create(shop);
    for (int i = 0; i < FILES; i++) {
      Files.writeString(shop.resolve("file" + i), "text of " + i + "\n");
    }
    git(shop, "config", "gc.auto", "0");
    git(shop, "add", ".");
    git(shop, "commit", "--quiet", "-m", "files");
    killing = new KillingGit(temp.resolve("bin"));
  }

  @Test
  void whoever_is_killed_whenever_it_is_fully_there_or_fully_gone() throws Exception {
    for (int point = 0; point < POINTS; point++) {
      String what = THINGS.get(point % THINGS.size());
      String name = what + point;
      slowDown(random.nextInt(3) == 0);
      Scene scene = new Scene(what, name);
      scene.prepare();
      String how = doAndKill(what, name);
      slowDown(false);
      scene.check(point + ": " + what + ", " + how);
      assertNothingIsLeft(point + ": " + what + ", " + how);
    }
    LOG.info("of {} points (seed {}): {}", POINTS, SEED, counts);
  }

  /** A hook in the middle of every change of a ref, while git has that locked. */
  private void slowDown(boolean slow) throws IOException {
    Path hook = shop.resolve(".git/hooks/reference-transaction");
    Files.deleteIfExists(hook);
    if (slow) {
      Files.createDirectories(hook.getParent());
      Files.writeString(hook, "#!/bin/sh\nsleep 0.02\n");
      Files.setPosixFilePermissions(hook, PosixFilePermissions.fromString("rwx------"));
    }
  }

  /** Says how it went. */
  private String doAndKill(String what, String name) throws Exception {
    KillingGit.Victim victim =
        KillingGit.Victim.values()[random.nextInt(KillingGit.Victim.values().length)];
    boolean atGit = victim == KillingGit.Victim.GIT || random.nextInt(3) > 0;
    int call = 2 + random.nextInt(MOST_CALLS);
    int millis = random.nextInt(12);
    Map<String, String> environment =
        killing.environment(atGit ? Optional.of(call) : Optional.empty(), millis, victim);
    int delay = 150 + random.nextInt(600);
    String how =
        "kill -9 of "
            + victim
            + (atGit ? " at git " + call + " after " + millis : " after " + delay);
    try (ChildProgram program =
        ChildProgram.startWith(environment, WorktreeKillsMain.class, shop, root, what, name)) {
      program.await("begins");
      if (!atGit && victim == KillingGit.Victim.BOTH) {
        program.killAllAfter(delay);
      } else if (!atGit) {
        program.killAfter(delay);
      } else {
        program.awaitEnd();
      }
      List<String> lines = program.lines();
      String last = lines.get(lines.size() - 1);
      counts.merge("- it " + last.split(" ")[0], 1, Integer::sum);
      return how + ": " + last;
    }
  }

  private void assertNothingIsLeft(String when) throws Exception {
    assertEquals(List.of(), OsProcesses.below(temp), when);
    for (String place :
        List.of(
            ".git/kugetsu/begun",
            ".git/kugetsu/new",
            ".git/kugetsu/gone",
            "../trees/.trash",
            "../trees/.making")) {
      assertEquals(List.of(), children(shop.resolve(place)), when + ": " + place);
    }
    assertEquals(List.of(), children(root), when);
    assertEquals(List.of(), children(shop.resolve(".git/worktrees")), when);
    assertEquals("refs/heads/main", git(shop, "branch", "--format=%(refname)"), when);
    assertEquals(List.of(), locks(), when);
    String fsck = git(shop, "fsck", "--no-dangling", "--no-progress");
    assertFalse(fsck.matches("(?s).*(error|missing|broken).*"), when + ": " + fsck);
  }

  private List<String> locks() throws IOException {
    try (Stream<Path> files = Files.walk(shop.resolve(".git"))) {
      return files
          .map(Path::toString)
          .filter(file -> file.endsWith(".lock") || file.endsWith("packed-refs.new"))
          .filter(file -> !file.endsWith("kugetsu/registry.lock"))
          .toList();
    }
  }

  private static List<String> children(Path directory) throws IOException {
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

  private static String git(Path where, String... arguments) throws Exception {
    return TestRepository.git(where, arguments);
  }

  private WorktreeService open() {
    return WorktreeService.of(shop, root);
  }

  /** What is there before, and what may be there afterwards. */
  private final class Scene {
    private final String what;
    private final String name;
    private Map<String, String> files = Map.of();
    private String status = "";
    private String main = "";

    Scene(String what, String name) {
      this.what = what;
      this.name = name;
    }

    void prepare() throws Exception {
      main = git(shop, "rev-parse", "main");
      if (what.equals("create")) {
        return;
      }
      Worktree tree = open().create(WorktreeRequest.branch(name)).created().orElseThrow();
      if (what.equals("merge") || what.equals("squash")) {
        Files.writeString(tree.path().resolve(name), "came home\n");
        git(tree.path(), "add", ".");
        git(tree.path(), "commit", "--quiet", "-m", name);
      } else if (!what.equals("remove")) {
        Files.writeString(tree.path().resolve("file1"), "edited\n");
        Files.writeString(tree.path().resolve("staged"), "staged\n");
        git(tree.path(), "add", "staged");
        Files.writeString(tree.path().resolve("staged"), "and edited\n");
        Files.writeString(tree.path().resolve("untracked"), "untracked\n");
        Files.writeString(tree.path().resolve("x.ignored"), "ignored\n");
        Files.delete(tree.path().resolve("file2"));
      }
      files = contents(tree.path());
      status = git(tree.path(), "status", "--porcelain=v2");
      if (what.equals("restore")) {
        Removal removal = open().remove(tree, RemovalRequest.refusing().rescue());
        assertTrue(removal instanceof Removal.Removed, removal.toString());
      }
    }

    void check(String when) throws Exception {
      WorktreeService service = open();
      Optional<Worktree> tree = service.find(name);
      counts.merge(what + (tree.isPresent() ? " there" : " gone"), 1, Integer::sum);
      switch (what) {
        case "create" ->
            assertEquals("", tree.isEmpty() ? "" : git(tree.get().path(), "status", "--porcelain"));
        case "remove" -> assertTrue(tree.isEmpty() || files.equals(contents(tree.get().path())));
        case "merge", "squash" -> checkMain(tree.orElseThrow(), when);
        default -> tree = Optional.of(checkWork(service, tree, when));
      }
      if (tree.isPresent()) {
        Removal removal = service.remove(tree.get(), RemovalRequest.refusing().discardAll());
        assertTrue(removal instanceof Removal.Removed, when + ": " + removal);
      }
      for (Rescue rescue : service.rescues()) {
        assertTrue(service.discard(rescue));
      }
      if (!git(shop, "branch", "--list", name).isEmpty()) {
        assertTrue(!what.equals("create") || tree.isPresent(), when + ": the branch is left");
        git(shop, "branch", "--quiet", "-D", name);
      }
    }

    /** The work is in the worktree or in a rescue, which then gives all of it back. */
    private Worktree checkWork(WorktreeService service, Optional<Worktree> there, String when)
        throws Exception {
      Worktree tree = there.orElse(null);
      if (tree == null) {
        List<Rescue> rescues = service.rescues();
        assertEquals(1, rescues.size(), when);
        Restoration restored = service.restore(rescues.get(0));
        assertTrue(restored instanceof Restoration.Restored, when + ": " + restored);
        tree = ((Restoration.Restored) restored).worktree();
      }
      assertEquals(files, contents(tree.path()), when);
      assertEquals(status, git(tree.path(), "status", "--porcelain=v2"), when);
      return tree;
    }

    /** The main checkout is on one commit or the other, with nothing in between. */
    private void checkMain(Worktree tree, String when) throws Exception {
      assertEquals("", git(shop, "status", "--porcelain"), when);
      assertFalse(Files.exists(shop.resolve(".git/MERGE_HEAD")), when);
      boolean came = !git(shop, "rev-parse", "main").equals(main);
      counts.merge(what + (came ? " came" : " stayed"), 1, Integer::sum);
      assertEquals(came, Files.exists(shop.resolve(name)), when);
      assertEquals("refs/heads/main", git(shop, "symbolic-ref", "HEAD"), when);
      assertEquals(files, contents(tree.path()), when);
    }

    private Map<String, String> contents(Path tree) {
      try (Stream<Path> all = Files.walk(tree)) {
        Map<String, String> found = new TreeMap<>();
        for (Path file : all.filter(Files::isRegularFile).toList()) {
          if (!file.endsWith(".git")) {
            found.put(tree.relativize(file).toString(), Files.readString(file));
          }
        }
        return found;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
