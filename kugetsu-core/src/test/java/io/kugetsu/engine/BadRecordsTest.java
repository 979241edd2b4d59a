package io.kugetsu.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.common.LimitKey;
import io.kugetsu.common.Limits;
import io.kugetsu.common.StopReason;
import io.kugetsu.common.StorageException;
import io.kugetsu.common.TaskId;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.support.LeakFree;
import io.kugetsu.testing.ManualClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Records that this version cannot make sense of, and all the others beside them. */
class BadRecordsTest extends LeakFree {
  private static final Set<TaskStatus> ALL = EnumSet.allOf(TaskStatus.class);

  @TempDir private Path directory;
  private final ManualClock clock = new ManualClock(Instant.parse("2026-03-01T10:00:00Z"));
  private final Owner me = Engines.newOwner();
  private Engine engine;

  @BeforeEach
  void open() {
    engine = Engines.files(directory, clock, Engines.localProbe());
  }

  @AfterEach
  void close() {
    engine.close();
  }

  private TaskId enqueue() {
    NewTask task =
        new NewTask(
            TaskId.next(clock),
            "agent",
            false,
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

  private List<Claim> claim(int limit) {
    return engine
        .tasks()
        .claim(
            new ClaimRequest(me, Set.of("agent"), Limits.of(limit), 5, null, record -> List.of()));
  }

  private Claim running() {
    TaskId id = enqueue();
    return claim(100).stream().filter(it -> it.task().id().equals(id)).findFirst().orElseThrow();
  }

  private Claim stopping() {
    Claim claim = running();
    engine.tasks().stopping(claim.task().id(), 1, StopReason.user("enough"));
    return claim;
  }

  private TaskId ended() {
    Claim claim = stopping();
    Finish end =
        new Finish(TaskStatus.INTERRUPTED, Map.of(), true, Duration.ZERO, null, List.of(), true);
    engine.tasks().finish(claim.token(), end);
    return claim.task().id();
  }

  private List<TaskId> listed() {
    return engine.tasks().list(ALL).stream().map(TaskRecord::id).toList();
  }

  private Path file(TaskId id) throws IOException {
    try (Stream<Path> files = Files.walk(directory.resolve("tasks"))) {
      return files
          .filter(file -> file.getFileName().toString().equals(id + ".json"))
          .findFirst()
          .orElseThrow();
    }
  }

  /** Makes a record say what only a newer version knows. */
  private String renew(TaskId id, String field, String value) throws IOException {
    String before = Files.readString(file(id));
    String text = before.replaceAll("\"" + field + "\" : \"[a-z]+\"", value);
    assertNotEquals(before, text, field);
    Files.writeString(file(id), text);
    return text;
  }

  private void assertRefused(TaskId id) {
    StorageException refused = assertThrows(StorageException.class, () -> engine.tasks().find(id));
    assertTrue(refused.getMessage().contains("newer version"), refused.getMessage());
    assertThrows(StorageException.class, () -> engine.tasks().detach(id, 1));
    assertThrows(StorageException.class, () -> engine.tasks().stopping(id, 1, StopReason.user("")));
    assertThrows(StorageException.class, () -> engine.tasks().cancel(id, StopReason.user("")));
    assertThrows(StorageException.class, () -> engine.tasks().forget(id));
  }

  @ParameterizedTest
  @CsvSource({
    "status, '\"status\" : \"hibernating\"'",
    "origin, '\"origin\" : \"moon\"'",
    "type, '\"type\" : \"hive\"'"
  })
  void a_running_record_that_says_something_new_counts_and_is_left_alone(String field, String value)
      throws IOException {
    Claim newer = stopping();
    TaskId id = newer.task().id();
    String text = renew(id, field, value);
    TaskId good = enqueue();
    assertEquals(List.of(), claim(1), "it holds its permit");
    assertEquals(List.of(good), claim(2).stream().map(it -> it.task().id()).toList());
    assertEquals(List.of(good), listed());
    assertRefused(id);
    assertThrows(StorageException.class, () -> engine.tasks().release(newer.token()));
    assertEquals(List.of(), engine.tasks().prune(Instant.MAX, 0, record -> false));
    assertEquals(List.of(), engine.notifications().list(false));
    assertEquals(text, Files.readString(file(id)));
  }

  @ParameterizedTest
  @CsvSource({"status, '\"status\" : \"hibernating\"'", "origin, '\"origin\" : \"moon\"'"})
  void an_ended_record_that_says_something_new_is_passed_over(String field, String value)
      throws IOException {
    TaskId newer = ended();
    TaskId good = ended();
    String text = renew(newer, field, value);
    assertEquals(List.of(good), listed());
    assertRefused(newer);
    assertEquals(List.of(good), engine.tasks().prune(Instant.MAX, 0, record -> false));
    assertEquals(text, Files.readString(file(newer)));
  }

  @Test
  void a_pending_record_that_says_something_new_is_passed_over() throws IOException {
    TaskId newer = enqueue();
    TaskId good = enqueue();
    String text = renew(newer, "status", "\"status\" : \"hibernating\"");
    assertEquals(List.of(good), engine.tasks().line());
    assertEquals(List.of(good), claim(5).stream().map(it -> it.task().id()).toList());
    assertEquals(List.of(good), listed());
    assertRefused(newer);
    assertEquals(text, Files.readString(file(newer)));
  }

  @Test
  void a_running_record_of_a_newer_form_stays_whatever_its_keys_look_like() throws IOException {
    TaskId newer = running().task().id();
    String text =
        Files.readString(file(newer))
            .replace("\"format\" : 1", "\"format\" : 2")
            .replace("\"limitKeys\" : [ \"agents\" ]", "\"limitKeys\" : 7");
    Files.writeString(file(newer), text);
    Files.writeString(
        directory.resolve("tasks/running/notes.json"),
        "{\"format\": 2, \"limitKeys\": [\"agents\"]}");
    TaskId good = enqueue();
    assertEquals(List.of(good), claim(1).stream().map(it -> it.task().id()).toList());
    assertEquals(text, Files.readString(file(newer)));
  }

  @Test
  void an_ended_record_that_cannot_be_read_at_all_stops_no_listing() throws IOException {
    TaskId unreadable = ended();
    TaskId good = ended();
    Path file = file(unreadable);
    Files.delete(file);
    Files.createDirectory(file);
    assertEquals(List.of(good), listed());
    assertEquals(List.of(good), engine.tasks().prune(Instant.MAX, 0, record -> false));
    assertThrows(StorageException.class, () -> engine.tasks().find(unreadable));
    assertTrue(Files.isDirectory(file));
  }

  @Test
  void torn_records_in_every_folder_stop_nothing() throws IOException {
    TaskId done = ended();
    TaskId running = running().task().id();
    TaskId pending = enqueue();
    List<TaskId> torn = List.of(done, running, pending);
    for (TaskId id : torn) {
      String text = Files.readString(file(id));
      Files.writeString(file(id), text.substring(0, text.length() / 2));
    }
    TaskId goodDone = ended();
    Claim goodRunning = running();
    TaskId goodPending = enqueue();
    List<TaskId> good = List.of(goodDone, goodRunning.task().id(), goodPending);
    assertEquals(good, listed());
    assertEquals(List.of(goodPending), engine.tasks().line());
    assertTrue(engine.tasks().detach(goodRunning.task().id(), 1));
    assertEquals(List.of(goodPending), claim(5).stream().map(it -> it.task().id()).toList());
    assertEquals(List.of(goodDone), engine.tasks().prune(Instant.MAX, 0, record -> false));
    for (TaskId id : torn) {
      assertThrows(StorageException.class, () -> engine.tasks().find(id));
    }
  }

  @Test
  void a_record_from_before_there_was_a_foreground_is_in_the_background() throws IOException {
    TaskId id = enqueue();
    String text = Files.readString(file(id));
    String older = text.replaceAll("\\s*\"detached\" : false,", "");
    assertNotEquals(text, older);
    Files.writeString(file(id), older);
    assertTrue(engine.tasks().find(id).orElseThrow().detached());
    assertTrue(claim(5).get(0).task().detached());
    Files.writeString(file(id), text.replace("\"detached\" : false", "\"detached\" : \"no\""));
    assertThrows(StorageException.class, () -> engine.tasks().find(id));
    assertFalse(listed().contains(id));
  }

  @Test
  void every_reason_and_every_holder_is_the_same_after_a_reopening() {
    List<StopReason.Origin> origins = List.of(StopReason.Origin.values());
    List<Claim> claims = origins.stream().map(origin -> running()).toList();
    for (int i = 0; i < claims.size(); i++) {
      StopReason.Origin origin = origins.get(i);
      Claim claim = claims.get(i);
      Holder tree = new Holder.Supervised(me.pid(), me.startTicks(), me.bootId(), "mark " + origin);
      engine.tasks().update(claim.token(), new RunUpdate(tree, true, Map.of(), List.of()));
      engine.tasks().stopping(claim.task().id(), 1, new StopReason(origin, "text"));
      engine.tasks().release(claim.token());
    }
    List<TaskRecord> before = engine.tasks().list(ALL);
    engine.close();
    open();
    List<TaskRecord> after = engine.tasks().list(ALL);
    assertEquals(before, after);
    assertEquals(origins, after.stream().map(TaskRecord::stop).map(StopReason::origin).toList());
    assertEquals(before.size(), claim(100).size());
  }
}
