package io.kugetsu.worktree.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.support.ChildProgram;
import io.kugetsu.support.LeakFree;
import io.kugetsu.support.OsProcesses;
import io.kugetsu.worktree.internal.git.Git;
import io.kugetsu.worktree.internal.git.GitCommand;
import io.kugetsu.worktree.internal.registry.Begun;
import io.kugetsu.worktree.internal.registry.Orphans;
import io.kugetsu.worktree.internal.registry.Registry;
import io.kugetsu.worktree.internal.registry.Settler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BegunTest extends LeakFree {
  @TempDir Path temp;

  private TestRepository repository;
  private Registry registry;
  private final List<String> settled = new ArrayList<>();

  @BeforeEach
  void makeRepository() {
    repository = TestRepository.create(temp);
    registry = new Registry(repository.main.resolve(".git"), TestRepository.LOCK_WAIT);
  }

  @Test
  void what_is_at_work_is_nobody_elses_and_what_is_done_is_gone() {
    try (Begun begun = Begun.begin(registry, Begun.Kind.REMOVE, "fix", Map.of())) {
      assertEquals(1, TestRepository.children(records()).size());
      assertEquals(List.of(), Begun.left(registry));
      begun.done();
    }
    assertEquals(List.of(), TestRepository.children(records()));
  }

  @Test
  void what_a_call_could_not_end_is_settled_with_what_was_noted() {
    try (Begun begun =
        Begun.begin(registry, Begun.Kind.REMOVE, "fix", Map.of("root", "/a\nb%0A c"))) {
      begun.note(Map.of("more", "x"));
    }

    settlement(Begun.Kind.REMOVE).all();

    assertEquals(List.of("remove fix /a\nb%0A c x"), settled);
    assertEquals(List.of(), TestRepository.children(records()));
  }

  @Test
  void what_cannot_be_settled_is_left_for_the_next_time() {
    Begun.begin(registry, Begun.Kind.REMOVE, "fix", Map.of()).close();
    Begun.begin(registry, Begun.Kind.CREATE, "other", Map.of()).close();
    Settlement failing =
        new Settlement(
            git(), registry, List.of(settler(Begun.Kind.REMOVE, new IOException("no room"))));

    failing.all();

    assertEquals(2, Begun.left(registry).size());
    assertTrue(failing.of("fix", "-").orElseThrow().contains("no room"));
    assertEquals(Optional.empty(), failing.of("another", "-"), "nothing was begun with that one");
    settlement(Begun.Kind.REMOVE).all();
    assertEquals(List.of("create-other"), left());
  }

  @Test
  void git_of_a_killed_program_is_ended_before_what_it_did_is_settled() throws Exception {
    long git;
    try (ChildProgram program = ChildProgram.start(Program.class, registry.common())) {
      git = Long.parseLong(program.await("git"));
      assertEquals(List.of(), Begun.left(registry), "whoever began it lives");
      program.kill();
    }
    assertTrue(OsProcesses.lives(git), "it goes on alone");

    settlement(Begun.Kind.CREATE).all();

    assertFalse(OsProcesses.lives(git));
    assertEquals(List.of("create fix ? ?"), settled);
  }

  /** As where a set-up command uses this library and whoever ran it was killed. */
  @Test
  void a_program_that_is_a_part_of_what_was_begun_does_not_end_itself() throws Exception {
    String value = "create-fix." + ProcessHandle.current().pid() + "-" + System.nanoTime();
    try (ChildProgram program =
        ChildProgram.startWith(
            Map.of(Begun.VARIABLE, value), Marked.class, Begun.VARIABLE + "=" + value)) {
      assertEquals("false", program.await("ended "));
    }
  }

  @Test
  void a_record_of_a_newer_version_is_left_alone() throws Exception {
    Files.createDirectories(records());
    Path record = records().resolve("create-fix.1");
    Files.writeString(record, "version 2\nmaker 1 1 x \n");

    settlement(Begun.Kind.CREATE).all();

    assertEquals(List.of(), settled);
    assertTrue(Files.exists(record));
  }

  private Settlement settlement(Begun.Kind kind) {
    return new Settlement(git(), registry, List.of(settler(kind, null)));
  }

  private Settler settler(Begun.Kind kind, IOException failure) {
    return new Settler() {
      @Override
      public Begun.Kind kind() {
        return kind;
      }

      @Override
      public void settle(Begun begun, Git git, Registry where) throws IOException {
        if (failure != null) {
          throw failure;
        }
        String root = begun.field("root").orElse("?");
        String more = begun.field("more").orElse("?");
        settled.add(begun.id().replaceAll("-(.*)\\..*", " $1 ") + root + " " + more);
      }
    };
  }

  private List<String> left() {
    return Begun.left(registry).stream()
        .map(begun -> begun.id().substring(0, begun.id().indexOf('.')))
        .toList();
  }

  private Path records() {
    return registry.common().resolve("kugetsu/begun");
  }

  private Git git() {
    return new Git(repository.environment());
  }

  /** Ends whoever has a mark, which it has itself. */
  public static final class Marked {
    private Marked() {}

    public static void main(String[] args) {
      System.out.println("ended " + new Orphans(args[0]).end());
    }
  }

  /** Begins something, and has a git that never ends. */
  public static final class Program {
    private Program() {}

    public static void main(String[] args) throws Exception {
      Registry registry = new Registry(Path.of(args[0]), TestRepository.LOCK_WAIT);
      Begun begun = Begun.begin(registry, Begun.Kind.CREATE, "fix", Map.of());
      Git sh = begun.marked(new Git(List.of("sh"), System.getenv()));
      sh.run(
          GitCommand.in(registry.common(), "-c", "echo $$; exec sleep 600")
              .each('\n', line -> System.out.println("git " + line)));
    }
  }
}
