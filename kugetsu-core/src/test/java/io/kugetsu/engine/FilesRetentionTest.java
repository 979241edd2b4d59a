package io.kugetsu.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.common.IssueRef;
import io.kugetsu.common.LimitKey;
import io.kugetsu.common.Limits;
import io.kugetsu.common.SessionKey;
import io.kugetsu.common.StorageException;
import io.kugetsu.common.TaskId;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.internal.FileLocks;
import io.kugetsu.internal.LockFile;
import io.kugetsu.support.LeakFree;
import io.kugetsu.testing.ManualClock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What removing records does to the files. */
class FilesRetentionTest extends LeakFree {
  private static final SessionKey SESSION =
      SessionKey.of(IssueRef.parse("local:files"), Path.of("/repository"));
  private static final int MANY = 2_000;

  @TempDir private Path directory;
  private final ManualClock clock = new ManualClock(Instant.parse("2026-03-31T23:59:59.5Z"));
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

  private Claim started(@Nullable String key, NotificationRecord... owed) {
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
            key,
            Map.of("message", "do it"),
            List.of(owed));
    engine.tasks().enqueue(task);
    return claim().get(0);
  }

  private List<Claim> claim() {
    return engine
        .tasks()
        .claim(new ClaimRequest(me, Set.of("agent"), Limits.none(), 1, null, record -> List.of()));
  }

  private Finish end(boolean keep) {
    return new Finish(TaskStatus.COMPLETED, Map.of(), true, Duration.ZERO, null, List.of(), keep);
  }

  private TaskId ended(@Nullable String key) {
    Claim claim = started(key);
    engine.tasks().finish(claim.token(), end(true));
    clock.advance(Duration.ofSeconds(1));
    return claim.task().id();
  }

  private List<TaskId> pruneAll() {
    return engine.tasks().prune(Instant.MAX, 0, record -> false);
  }

  private List<String> names(String folder) throws IOException {
    try (Stream<Path> files = Files.list(directory.resolve(folder))) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private Path running(TaskId id) {
    return directory.resolve("tasks/running/" + id + ".json");
  }

  private Path done(TaskId id) throws IOException {
    for (String month : names("tasks/done")) {
      Path file = directory.resolve("tasks/done").resolve(month).resolve(id + ".json");
      if (Files.exists(file)) {
        return file;
      }
    }
    throw new AssertionError("no file of " + id);
  }

  @Test
  void an_end_that_is_not_kept_leaves_no_file() throws IOException {
    Claim claim = started("key");
    assertEquals(1, names("tasks/keys").size());
    assertTrue(engine.tasks().finish(claim.token(), end(false)).isPresent());
    assertEquals(List.of(), names("tasks/running"));
    assertEquals(List.of(), names("tasks/done"));
    assertEquals(List.of(), names("tasks/keys"));
  }

  @Test
  void an_end_that_is_not_kept_brings_back_no_earlier_state() throws IOException {
    Claim claim = started(null);
    TaskId id = claim.task().id();
    String claimed = Files.readString(running(id));
    // As a writer leaves it that dies between the two steps of the claim.
    Files.writeString(
        directory.resolve("tasks/pending/" + id + ".json"),
        claimed
            .replace("\"status\" : \"running\"", "\"status\" : \"pending\"")
            .replace("\"revision\" : 2", "\"revision\" : 1"));
    assertTrue(engine.tasks().finish(claim.token(), end(false)).isPresent());
    assertEquals(List.of(), claim());
    assertTrue(engine.tasks().find(id).isEmpty());
  }

  @Test
  void what_an_end_that_is_not_kept_told_is_a_file_before_the_record_goes() throws IOException {
    Claim claim = started("key", new NotificationRecord("told", clock.instant(), false, Map.of()));
    Path notifications = directory.resolve("notifications");
    Files.delete(notifications);
    Files.writeString(notifications, "a file where the directory should be");
    assertThrows(StorageException.class, () -> engine.tasks().finish(claim.token(), end(false)));
    assertEquals(claim.task(), engine.tasks().find(claim.task().id()).orElseThrow());
    assertEquals(1, names("tasks/keys").size(), "it runs on, under its key");
    Files.delete(notifications);
    Files.createDirectory(notifications);
    assertTrue(engine.tasks().finish(claim.token(), end(false)).isPresent());
    assertEquals(List.of("told.json"), names("notifications"));
  }

  @Test
  void a_forgotten_task_leaves_no_file() throws IOException {
    TaskId id = ended("key");
    assertTrue(engine.tasks().forget(id));
    assertEquals(List.of(), names("tasks/keys"));
    assertFalse(engine.tasks().forget(id));
  }

  @Test
  void a_month_goes_with_its_last_record_and_nothing_else_does() throws IOException {
    TaskId id = ended(null);
    Path month = done(id).getParent();
    Path old = directory.resolve("tasks/done/2020-01");
    Path own = directory.resolve("tasks/done/mine");
    Path kept = directory.resolve("tasks/done/2020-02");
    for (Path folder : List.of(old, own, kept)) {
      Files.createDirectory(folder);
    }
    Files.writeString(kept.resolve("notes.txt"), "mine");
    assertEquals(List.of(), engine.tasks().prune(Instant.EPOCH, 1, record -> false));
    assertTrue(Files.exists(month));
    assertEquals(List.of(id), pruneAll());
    assertEquals(List.of("2020-02", "mine"), names("tasks/done"));
    TaskId next = ended(null);
    assertEquals(TaskStatus.COMPLETED, engine.tasks().find(next).orElseThrow().status());
  }

  @Test
  void a_key_whose_task_is_gone_goes_and_that_of_a_task_set_aside_stays() throws IOException {
    // As a writer leaves it that dies between a record and its key.
    Files.delete(done(ended("gone")));
    TaskId torn = ended("torn");
    Path file = done(torn);
    String text = Files.readString(file);
    Files.writeString(file, "{");
    ended("pruned");
    started("running");
    assertEquals(4, names("tasks/keys").size());
    assertEquals(1, pruneAll().size());
    assertEquals(2, names("tasks/keys").size());
    Files.writeString(file, text);
    Files.delete(file.resolveSibling(torn + ".json.corrupt-1"));
    NewTask again =
        new NewTask(
            TaskId.next(clock),
            "agent",
            true,
            0,
            Set.of(),
            null,
            null,
            null,
            "torn",
            Map.of(),
            List.of());
    assertEquals(torn, engine.tasks().enqueue(again).task().id());
  }

  @Test
  void what_cannot_be_read_or_removed_stops_no_pruning() throws IOException {
    TaskId torn = ended(null);
    TaskId newer = ended(null);
    TaskId twin = ended(null);
    TaskId good = ended(null);
    Path tornFile = done(torn);
    Files.writeString(tornFile, "{");
    String text = Files.readString(done(newer));
    Files.writeString(done(newer), text.replace("\"completed\"", "\"hibernating\""));
    // A newer version says something about this one that nobody here understands.
    Files.writeString(
        running(twin), Files.readString(done(twin)).replace("\"completed\"", "\"hibernating\""));
    assertEquals(List.of(good), pruneAll());
    assertTrue(Files.exists(done(twin)));
    assertTrue(Files.exists(done(newer)));
    assertTrue(Files.exists(tornFile.resolveSibling(torn + ".json.corrupt-1")));
  }

  @Test
  void a_record_that_resists_its_removal_stays_and_the_others_go() throws IOException {
    TaskId first = ended(null);
    TaskId resists = ended(null);
    TaskId last = ended(null);
    Path file = done(resists);
    List<TaskId> removed =
        engine
            .tasks()
            .prune(
                Instant.MAX,
                0,
                record -> {
                  if (record.id().equals(last)) {
                    replaceByDirectory(file);
                  }
                  return false;
                });
    assertEquals(List.of(first, last), removed);
    assertTrue(Files.exists(file));
  }

  private static void replaceByDirectory(Path file) {
    try {
      Files.delete(file);
      Files.createDirectory(file);
      Files.createFile(file.resolve("inside"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void an_end_that_broke_off_is_applied_before_its_record_goes() throws IOException {
    breakOffAndPrune(false);
    assertEquals(List.of(), names("tasks/running"));
  }

  @Test
  void an_end_that_broke_off_is_applied_although_what_it_left_is_torn() throws IOException {
    breakOffAndPrune(true);
    assertEquals(1, names("tasks/running").size());
  }

  private void breakOffAndPrune(boolean torn) throws IOException {
    engine.sessions().create(SESSION, Map.of());
    byte[] session = Files.readAllBytes(directory.resolve("sessions/" + SESSION + ".json"));
    Claim claim = started(null);
    TaskId id = claim.task().id();
    byte[] before = Files.readAllBytes(running(id));
    Finish end =
        new Finish(
            TaskStatus.COMPLETED,
            Map.of(),
            true,
            Duration.ZERO,
            new SessionChange(SESSION, true, Map.of(), Set.of()),
            List.of(new NotificationRecord("told", clock.instant(), false, Map.of())),
            true);
    engine.tasks().finish(claim.token(), end);
    Files.write(running(id), Arrays.copyOf(before, torn ? before.length / 2 : before.length));
    Files.write(directory.resolve("sessions/" + SESSION + ".json"), session);
    Files.delete(directory.resolve("notifications/told.json"));
    assertEquals(List.of(id), pruneAll());
    assertEquals(List.of("told.json"), names("notifications"));
    assertTrue(engine.sessions().find(SESSION).orElseThrow().held());
  }

  @Test
  void others_get_the_lock_while_many_records_go() throws Exception {
    TaskId first = ended(null);
    Path month = done(first).getParent();
    String text = Files.readString(done(first));
    for (int i = 1; i < MANY; i++) {
      TaskId id = TaskId.next(clock);
      Files.writeString(month.resolve(id + ".json"), text.replace(first.value(), id.value()));
    }
    CompletableFuture<List<TaskId>> pruning = CompletableFuture.supplyAsync(this::pruneAll);
    Set<Integer> seen = new TreeSet<>();
    LockFile lock = FileLocks.of(directory.resolve("tasks/lock"));
    while (!pruning.isDone()) {
      try (LockFile.Held ignored = lock.lock(Duration.ofSeconds(30))) {
        seen.add(month.toFile().exists() ? names("tasks/done/" + month.getFileName()).size() : 0);
      }
    }
    assertEquals(MANY, pruning.get(1, TimeUnit.MINUTES).size());
    seen.removeAll(List.of(0, MANY));
    assertFalse(seen.isEmpty(), "nobody got in between");
    assertEquals(List.of(), names("tasks/done"));
  }

  @Test
  void two_who_prune_at_once_share_what_goes() throws Exception {
    List<TaskId> ids = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      ids.add(ended("key " + i));
    }
    List<TaskId> removed = new ArrayList<>();
    try (Engine other = Engines.files(directory, clock, Engines.localProbe())) {
      CompletableFuture<List<TaskId>> theirs =
          CompletableFuture.supplyAsync(() -> other.tasks().prune(Instant.MAX, 0, record -> false));
      removed.addAll(pruneAll());
      removed.addAll(theirs.get(1, TimeUnit.MINUTES));
    }
    assertEquals(ids, removed.stream().sorted().toList());
    assertEquals(List.of(), names("tasks/done"));
    assertEquals(List.of(), names("tasks/keys"));
    assertEquals(List.of(), engine.tasks().list(EnumSet.allOf(TaskStatus.class)));
  }
}
