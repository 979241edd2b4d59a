package io.kugetsu.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.common.IssueRef;
import io.kugetsu.common.LimitKey;
import io.kugetsu.common.Limits;
import io.kugetsu.common.SessionKey;
import io.kugetsu.common.StopReason;
import io.kugetsu.common.StorageException;
import io.kugetsu.common.TaskId;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.internal.FileLocks;
import io.kugetsu.testing.ManualClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FilesEngineTest {
  private static final SessionKey SESSION =
      SessionKey.of(IssueRef.parse("local:files"), Path.of("/repository"));
  private static final Set<TaskStatus> ALL = EnumSet.allOf(TaskStatus.class);

  @TempDir private Path directory;
  private final ManualClock clock = new ManualClock(Instant.parse("2026-03-31T23:59:59.5Z"));
  private final Owner me = Engines.newOwner();
  private Engine engine;

  @BeforeEach
  void open() {
    engine = Engines.files(directory, clock, Engines.localProbe());
  }

  @AfterEach
  void close_and_look_for_leaks() {
    engine.close();
    assertEquals(0, FileLocks.held());
    assertEquals(
        0,
        Thread.getAllStackTraces().keySet().stream()
            .filter(thread -> thread.getName().startsWith("kugetsu-"))
            .count());
  }

  private void reopen() {
    engine.close();
    open();
  }

  private NewTask task(String... owed) {
    return new NewTask(
        TaskId.next(clock),
        "agent",
        true,
        0,
        Set.of(LimitKey.AGENTS),
        null,
        null,
        null,
        null,
        Map.of("message", "Grüße\n\"quoted\""),
        Stream.of(owed)
            .map(id -> new NotificationRecord(id, clock.instant(), false, Map.of()))
            .toList());
  }

  private TaskId enqueue(String... owed) {
    return engine.tasks().enqueue(task(owed)).task().id();
  }

  private List<Claim> claim(int want) {
    return engine
        .tasks()
        .claim(
            new ClaimRequest(me, Set.of("agent"), Limits.none(), want, null, record -> List.of()));
  }

  private Finish end(boolean held) {
    SessionChange change = new SessionChange(SESSION, held, Map.of("last", "this"), Set.of());
    NotificationRecord told = new NotificationRecord("told", clock.instant(), false, Map.of());
    return new Finish(
        TaskStatus.COMPLETED, Map.of(), true, Duration.ZERO, change, List.of(told), true);
  }

  private Path pending(TaskId id) {
    return directory.resolve("tasks/pending/" + id + ".json");
  }

  private Path running(TaskId id) {
    return directory.resolve("tasks/running/" + id + ".json");
  }

  private List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void the_folder_tells_the_state_and_the_month_of_the_identifier_the_end() {
    TaskId id = enqueue();
    assertTrue(Files.exists(pending(id)));
    Claim claim = claim(1).get(0);
    assertFalse(Files.exists(pending(id)));
    assertTrue(Files.exists(running(id)));
    clock.advance(Duration.ofHours(1));
    engine.tasks().finish(claim.token(), end(false));
    assertFalse(Files.exists(running(id)));
    // The identifiers of a JVM never go back in time, so another test may have been in a later
    // month.
    String month = Files.exists(directory.resolve("tasks/done/2026-03")) ? "2026-03" : month();
    assertTrue(Files.exists(directory.resolve("tasks/done/" + month + "/" + id + ".json")));
  }

  private String month() {
    try {
      return names(directory.resolve("tasks/done")).get(0);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void everything_is_for_its_owner_only() throws IOException {
    enqueue("queued");
    engine.sessions().create(SESSION, Map.of());
    engine.tasks().finish(claim(1).get(0).token(), end(false));
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.filter(path -> !path.equals(directory)).toList()) {
        String wanted = Files.isDirectory(file) ? "rwx------" : "rw-------";
        assertEquals(
            wanted,
            PosixFilePermissions.toString(Files.getPosixFilePermissions(file)),
            file.toString());
      }
    }
  }

  @Test
  void a_claim_that_broke_off_between_its_two_steps_is_brought_to_an_end() throws IOException {
    TaskId id = enqueue();
    byte[] before = Files.readAllBytes(pending(id));
    Claim claim = claim(1).get(0);
    Files.write(pending(id), before);
    reopen();
    assertFalse(Files.exists(pending(id)));
    assertEquals(claim.task(), engine.tasks().find(id).orElseThrow());
    assertEquals(List.of(), claim(5));
  }

  @Test
  void an_end_that_broke_off_is_seen_and_applied_again_without_a_reopening() throws IOException {
    SessionRecord session = engine.sessions().create(SESSION, Map.of()).orElseThrow();
    byte[] sessionBefore = Files.readAllBytes(directory.resolve("sessions/" + SESSION + ".json"));
    TaskId id = enqueue();
    Claim claim = claim(1).get(0);
    byte[] before = Files.readAllBytes(running(id));
    engine.tasks().finish(claim.token(), end(true));
    Files.write(running(id), before);
    Files.write(directory.resolve("sessions/" + SESSION + ".json"), sessionBefore);
    Files.delete(directory.resolve("notifications/told.json"));

    SessionRecord now = engine.sessions().find(SESSION).orElseThrow();
    assertEquals(session.version() + 1, now.version());
    assertTrue(now.held());
    assertEquals(1, engine.notifications().list(true).size());
    assertFalse(Files.exists(running(id)));
    assertEquals(TaskStatus.COMPLETED, engine.tasks().find(id).orElseThrow().status());
  }

  @Test
  void applying_an_end_again_undoes_nothing_that_came_later() throws IOException {
    SessionRecord session = engine.sessions().create(SESSION, Map.of()).orElseThrow();
    TaskId id = enqueue();
    Claim claim = claim(1).get(0);
    byte[] before = Files.readAllBytes(running(id));
    engine.tasks().finish(claim.token(), end(true));
    engine.notifications().markRead(List.of("told"));
    SessionRecord letGo = new SessionRecord(SESSION, 2, false, Map.of("last", "that"));
    assertTrue(engine.sessions().update(letGo).isPresent());
    Files.write(running(id), before);
    reopen();
    SessionRecord now = engine.sessions().find(SESSION).orElseThrow();
    assertFalse(now.held());
    assertEquals(Map.of("last", "that"), now.fields());
    assertEquals(session.version() + 2, now.version());
    assertEquals(List.of(), engine.notifications().list(true));
  }

  @Test
  void a_cancelled_task_whose_pending_file_came_back_does_not_start() throws IOException {
    TaskId id = enqueue();
    byte[] before = Files.readAllBytes(pending(id));
    engine.tasks().cancel(id, StopReason.user("no"));
    Files.write(pending(id), before);
    assertEquals(List.of(), claim(5));
    assertFalse(Files.exists(pending(id)));
    assertEquals(TaskStatus.CANCELLED, engine.tasks().find(id).orElseThrow().status());
  }

  @Test
  void a_record_that_makes_no_sense_is_set_aside_and_the_rest_goes_on() throws IOException {
    TaskId torn = enqueue();
    TaskId good = enqueue();
    byte[] text = Files.readAllBytes(pending(torn));
    Files.write(pending(torn), Arrays.copyOf(text, text.length / 2));
    assertEquals(List.of(good), claim(5).stream().map(claim -> claim.task().id()).toList());
    Path aside = pending(torn).resolveSibling(torn + ".json.corrupt-1");
    assertEquals(text.length / 2, Files.size(aside));
    StorageException refused =
        assertThrows(StorageException.class, () -> engine.tasks().find(torn));
    assertEquals(aside, refused.path());
    reopen();
    assertThrows(StorageException.class, () -> engine.tasks().find(torn));
    Files.write(pending(torn), text);
    Files.delete(aside);
    assertEquals(1, claim(5).size());
  }

  @Test
  void an_empty_file_is_not_an_empty_record() throws IOException {
    TaskId id = enqueue();
    Files.write(pending(id), new byte[0]);
    assertThrows(StorageException.class, () -> engine.tasks().find(id));
    assertTrue(Files.exists(pending(id).resolveSibling(id + ".json.corrupt-1")));
    engine.sessions().create(SESSION, Map.of());
    Files.write(directory.resolve("sessions/" + SESSION + ".json"), new byte[0]);
    assertThrows(StorageException.class, () -> engine.sessions().find(SESSION));
    assertThrows(StorageException.class, () -> engine.sessions().create(SESSION, Map.of()));
    assertEquals(List.of(), engine.sessions().list());
  }

  @Test
  void a_session_that_makes_no_sense_keeps_no_run_from_ending() throws IOException {
    engine.sessions().create(SESSION, Map.of());
    TaskId id = enqueue();
    Claim claim = claim(1).get(0);
    Files.writeString(directory.resolve("sessions/" + SESSION + ".json"), "{");
    assertTrue(engine.tasks().finish(claim.token(), end(true)).isPresent());
    assertEquals(TaskStatus.COMPLETED, engine.tasks().find(id).orElseThrow().status());
    assertEquals(1, engine.notifications().list(true).size());
  }

  @Test
  void an_ended_record_that_makes_no_sense_keeps_no_listing_from_the_rest() throws IOException {
    TaskId torn = enqueue();
    engine.tasks().finish(claim(1).get(0).token(), end(false));
    TaskId good = enqueue();
    engine.tasks().finish(claim(1).get(0).token(), end(false));
    Path month = directory.resolve("tasks/done").resolve(month());
    Files.writeString(month.resolve(torn + ".json"), "nonsense");
    assertEquals(List.of(good), engine.tasks().list(ALL).stream().map(TaskRecord::id).toList());
    assertTrue(Files.exists(month.resolve(torn + ".json.corrupt-1")));
  }

  @Test
  void a_record_of_a_newer_version_is_refused_and_left_as_it_is() throws IOException {
    TaskId newer = enqueue();
    TaskId good = enqueue();
    String text = Files.readString(pending(newer)).replace("\"format\" : 1", "\"format\" : 2");
    Files.writeString(pending(newer), text);
    StorageException refused =
        assertThrows(StorageException.class, () -> engine.tasks().find(newer));
    assertTrue(refused.getMessage().contains("newer version"), refused.getMessage());
    assertThrows(StorageException.class, () -> engine.tasks().cancel(newer, StopReason.user("no")));
    assertEquals(List.of(good), claim(5).stream().map(claim -> claim.task().id()).toList());
    assertEquals(1, engine.tasks().list(ALL).size());
    assertEquals(text, Files.readString(pending(newer)));
  }

  @Test
  void a_running_record_of_a_newer_version_counts() throws IOException {
    TaskId newer = enqueue();
    claim(1);
    String text = Files.readString(running(newer));
    String unknown = text.replace("\"type\" : \"instance\"", "\"type\" : \"hive\"");
    assertFalse(unknown.equals(text));
    Files.writeString(running(newer), unknown);
    enqueue();
    ClaimRequest one =
        new ClaimRequest(me, Set.of("agent"), Limits.of(1), 5, null, record -> List.of());
    assertEquals(List.of(), engine.tasks().claim(one));
    assertEquals(List.of(), engine.tasks().list(Set.of(TaskStatus.RUNNING)));
  }

  @Test
  void what_a_newer_version_added_survives_every_rewrite() throws IOException {
    TaskId id = enqueue();
    engine.sessions().create(SESSION, Map.of());
    Path session = directory.resolve("sessions/" + SESSION + ".json");
    String added = "{ \"added\" : { \"by\" : [ \"a newer version\" ] },";
    Files.writeString(session, Files.readString(session).replaceFirst("\\{", added));
    Files.writeString(pending(id), Files.readString(pending(id)).replaceFirst("\\{", added));
    Claim claim = claim(1).get(0);
    engine.tasks().update(claim.token(), new RunUpdate(null, true, Map.of("a", "b"), List.of()));
    engine.tasks().finish(claim.token(), end(true));
    Path done = directory.resolve("tasks/done/" + month() + "/" + id + ".json");
    assertTrue(Files.readString(done).contains("a newer version"));
    assertTrue(Files.readString(session).contains("a newer version"));
  }

  @Test
  void what_dead_writers_left_is_swept_and_what_living_ones_write_is_not() throws IOException {
    long pid = me.pid();
    Path folder = directory.resolve("tasks/pending");
    String living = ".a.json." + pid + "-" + me.startTicks() + ".1.tmp";
    String reused = ".a.json." + pid + "-" + (me.startTicks() + 1) + ".1.tmp";
    String dead = ".a.json.999999999-5.1.tmp";
    for (String name : List.of(living, reused, dead, ".other.tmp")) {
      Files.writeString(folder.resolve(name), "half");
    }
    reopen();
    assertEquals(Stream.of(living, ".other.tmp").sorted().toList(), names(folder));
  }

  @Test
  void other_files_are_no_tasks() throws IOException {
    Files.writeString(directory.resolve("tasks/pending/notes.json"), "{}");
    Files.writeString(directory.resolve("tasks/pending/README"), "hello");
    Files.createDirectory(directory.resolve("tasks/done/2026-03"));
    Files.writeString(directory.resolve("tasks/done/2026-03/notes.json"), "{}");
    TaskId id = enqueue();
    reopen();
    assertEquals(List.of(id), engine.tasks().list(ALL).stream().map(TaskRecord::id).toList());
    assertEquals(1, claim(5).size());
  }

  @Test
  void an_enqueue_is_one_file_and_leaves_no_other() throws IOException {
    enqueue();
    assertEquals(1, names(directory.resolve("tasks/pending")).size());
    assertEquals(List.of(), names(directory.resolve("notifications")));
  }

  @Test
  void an_interrupted_thread_does_its_step_and_stays_interrupted() {
    Thread.currentThread().interrupt();
    try {
      TaskId id = enqueue("queued");
      Claim claim = claim(1).get(0);
      engine.sessions().create(SESSION, Map.of());
      engine.tasks().finish(claim.token(), end(true));
      assertTrue(Thread.currentThread().isInterrupted());
      reopen();
      assertEquals(TaskStatus.COMPLETED, engine.tasks().find(id).orElseThrow().status());
      assertEquals(2, engine.notifications().list(true).size());
      assertTrue(Thread.currentThread().isInterrupted());
    } finally {
      assertTrue(Thread.interrupted());
    }
  }

  @Test
  void a_store_that_cannot_be_written_says_so_and_nothing_happened() throws IOException {
    TaskId id = enqueue();
    Claim claim = claim(1).get(0);
    Path done = directory.resolve("tasks/done");
    Files.delete(done);
    Files.writeString(done, "in the way");
    assertThrows(StorageException.class, () -> engine.tasks().finish(claim.token(), end(false)));
    Files.delete(done);
    Files.createDirectory(done);
    assertEquals(claim.task(), engine.tasks().find(id).orElseThrow());
    assertTrue(engine.tasks().finish(claim.token(), end(false)).isPresent());
  }
}
