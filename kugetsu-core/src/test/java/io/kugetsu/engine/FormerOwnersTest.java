package io.kugetsu.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.common.LimitKey;
import io.kugetsu.common.Limits;
import io.kugetsu.common.TaskId;
import io.kugetsu.support.InMemory;
import io.kugetsu.support.LeakFree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Running records whose processes are not what their identifiers seem to say. One run is allowed,
 * and one more task waits.
 */
class FormerOwnersTest extends LeakFree {
  /** Why what a record names does not live. */
  enum Gone {
    ENDED,
    ITS_NUMBER_IS_ANOTHERS,
    OF_ANOTHER_BOOT
  }

  private static final Limits ONE = Limits.of(1);
  private static final String ANOTHER_BOOT = "00000000-0000-0000-0000-000000000000";

  @TempDir(factory = InMemory.class)
  private Path directory;

  private final Owner living = Engines.newOwner();
  private final Owner next = Engines.newOwner();
  private Engine engine;
  private TaskId run;
  private TaskId waiting;

  @BeforeEach
  void open() {
    engine = Engines.files(directory, FaultScene.CLOCK, Engines.localProbe());
  }

  @AfterEach
  void close() {
    engine.close();
  }

  private static Owner gone(Gone why) throws Exception {
    Owner me = Engines.newOwner();
    return switch (why) {
      case ENDED -> {
        Process process = new ProcessBuilder("cat").start();
        long ticks = me.startTicks(); // its own is later, but it does not live in any case
        process.destroyForcibly().waitFor();
        yield new Owner(me.instance(), process.pid(), ticks, me.bootId());
      }
      case ITS_NUMBER_IS_ANOTHERS ->
          new Owner(me.instance(), me.pid(), me.startTicks() - 100, me.bootId());
      case OF_ANOTHER_BOOT -> new Owner(me.instance(), me.pid(), me.startTicks(), ANOTHER_BOOT);
    };
  }

  private Claim runBy(Owner owner) {
    run = enqueue();
    Claim claim = engine.tasks().claim(request(owner, 1)).get(0);
    waiting = enqueue();
    return claim;
  }

  private TaskId enqueue() {
    TaskId id = TaskId.next(FaultScene.CLOCK);
    NewTask task =
        new NewTask(
            id,
            "agent",
            true,
            0,
            Set.of(LimitKey.AGENTS),
            null,
            null,
            null,
            null,
            Map.of(),
            List.of());
    return engine.tasks().enqueue(task).task().id();
  }

  private static ClaimRequest request(Owner owner, int want) {
    return new ClaimRequest(owner, Set.of("agent"), ONE, want, null, record -> List.of());
  }

  private void hold(Claim claim, Owner process) {
    Holder tree =
        new Holder.Supervised(process.pid(), process.startTicks(), process.bootId(), "mark");
    assertTrue(
        engine.tasks().update(claim.token(), new RunUpdate(tree, true, Map.of(), List.of())));
  }

  /** The run is handed over once, and its permit is free in the same step. */
  private void assertFreed() {
    List<Claim> claims = engine.tasks().claim(request(next, 1));
    assertEquals(List.of(run, waiting), claims.stream().map(claim -> claim.task().id()).toList());
    assertTrue(claims.get(0).orphaned());
    assertEquals(1, claims.get(0).task().epoch(), "it is not begun anew");
    assertEquals(Map.of(LimitKey.AGENTS, 1), engine.tasks().counts().held());
    assertEquals(List.of(), engine.tasks().claim(request(Engines.newOwner(), 5)));
    for (Claim claim : claims) {
      TaskId id = claim.task().id();
      assertTrue(engine.tasks().finish(claim.token(), FaultScene.completed(id)).isPresent());
    }
    assertEquals(Map.of(), engine.tasks().counts().held());
  }

  @ParameterizedTest
  @EnumSource
  void a_run_in_an_instance_that_is_gone_holds_no_permit(Gone why) throws Exception {
    runBy(gone(why));
    assertFreed();
  }

  @ParameterizedTest
  @EnumSource
  void a_supervised_run_that_is_gone_with_its_owner_holds_no_permit(Gone why) throws Exception {
    Owner gone = gone(why);
    hold(runBy(gone), gone);
    assertFreed();
  }

  @ParameterizedTest
  @EnumSource
  void a_supervised_run_that_lives_keeps_its_permit_whoever_owned_it(Gone why) throws Exception {
    hold(runBy(gone(why)), living);
    List<Claim> claims = engine.tasks().claim(request(next, 1));
    assertEquals(List.of(run), claims.stream().map(claim -> claim.task().id()).toList());
    assertTrue(claims.get(0).orphaned());
    assertEquals(Map.of(LimitKey.AGENTS, 1), engine.tasks().counts().held());
    assertEquals(List.of(), engine.tasks().claim(request(next, 1)));
  }

  @ParameterizedTest
  @EnumSource
  void what_is_gone_under_a_living_owner_is_his_to_settle(Gone why) throws Exception {
    Claim claim = runBy(living);
    hold(claim, gone(why));
    assertEquals(List.of(), engine.tasks().claim(request(next, 1)));
    assertTrue(engine.tasks().finish(claim.token(), FaultScene.completed(run)).isPresent());
    List<Claim> claims = engine.tasks().claim(request(next, 1));
    assertEquals(List.of(waiting), claims.stream().map(it -> it.task().id()).toList());
  }

  @Test
  void what_the_disk_says_after_a_reboot_counts() throws IOException {
    hold(runBy(living), living);
    engine.close();
    Path file = directory.resolve("tasks/running/" + run + ".json");
    String before = Files.readString(file);
    String after = before.replace(living.bootId(), ANOTHER_BOOT);
    assertNotEquals(before, after);
    Files.writeString(file, after);
    open();
    assertFreed();
  }

  @Test
  void what_the_disk_says_of_a_number_that_is_anothers_now_counts() throws IOException {
    hold(runBy(living), living);
    assertEquals(List.of(), engine.tasks().claim(request(next, 1)));
    Path file = directory.resolve("tasks/running/" + run + ".json");
    String before = Files.readString(file);
    String ticks = "\"startTicks\" : ";
    String after = before.replace(ticks + living.startTicks(), ticks + (living.startTicks() - 1));
    assertNotEquals(before, after);
    Files.writeString(file, after);
    assertFreed();
  }
}
