package io.kugetsu.engine.internal;

import io.kugetsu.common.InvalidRequestException;
import io.kugetsu.common.StorageException;
import io.kugetsu.common.TaskId;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.engine.Activity;
import io.kugetsu.engine.TaskRecord;
import io.kugetsu.internal.AtomicFiles;
import io.kugetsu.internal.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The tasks' files: the folder tells the state. The next state is written into its folder first,
 * then what it brings is applied, then the old file is unlinked. So a writer that dies in between
 * leaves two files for one task; the one with the higher revision is true, and what it brings is
 * applied again.
 */
final class TaskFiles {
  private static final Logger LOG = LoggerFactory.getLogger(TaskFiles.class);

  private static final Comparator<Copy> BY_REVISION =
      Comparator.comparingLong(copy -> copy.entry().task().revision());

  /** A record as it is on the disk. */
  private record Copy(RecordFolder<Entry> folder, Entry entry) {}

  private final Layout layout;
  private final RecordFolder<Entry> pending;
  private final RecordFolder<Entry> running;
  private final PendingFiles waiting;
  private final Consumer<Entry> settle;

  /**
   * Over the files of a directory.
   *
   * @param settle applies what an entry brings besides itself; doing it twice is the same as once
   */
  TaskFiles(Layout layout, Consumer<Entry> settle) {
    this.layout = layout;
    this.pending = new RecordFolder<>(layout.pending(), TaskCodec::read);
    this.waiting = new PendingFiles(layout, new RecordFolder<>(layout.pending(), TaskCodec::read));
    this.running = new RecordFolder<>(layout.running(), TaskFiles::readRunning);
    this.settle = settle;
  }

  private static Entry readRunning(Path file, byte[] content) {
    try {
      return TaskCodec.read(file, content);
    } catch (NewerFormatException e) {
      String name = String.valueOf(file.getFileName());
      TaskId id = Layout.taskIn(name.substring(0, name.length() - RecordFolder.SUFFIX.length()));
      if (id == null) {
        throw e;
      }
      LOG.warn("counted without being understood: {}", e.refusal().getMessage());
      return TaskCodec.readAsUnknown(id, file, content);
    }
  }

  /** How much there is to look after, by the files' names. */
  Activity activity() {
    if (!running.isEmpty()) {
      return Activity.RUNNING;
    }
    return pending.isEmpty() ? Activity.NONE : Activity.WAITING;
  }

  /**
   * Brings to an end what writers that died in the middle of a step began. Cheap: few tasks run.
   */
  void repairRunning() {
    for (String name : running.names()) {
      TaskId id = Layout.taskIn(name);
      if (id != null && (pending.has(name) || done(id).has(name))) {
        resolve(id);
      }
    }
  }

  /** The same for all that waits; a leftover there is harmless until it would be handed out. */
  void repairPending() {
    for (String name : pending.names()) {
      TaskId id = Layout.taskIn(name);
      if (id != null && (running.has(name) || done(id).has(name))) {
        resolve(id);
      }
    }
  }

  Collection<Entry> pending() {
    Map<String, Entry> waiting = pending.load();
    Set<String> twice = new HashSet<>(waiting.keySet());
    twice.retainAll(running.names());
    waiting.forEach(
        (name, entry) -> {
          if (twice.contains(name)) {
            resolve(entry.task().id());
          }
        });
    return twice.isEmpty() ? waiting.values() : pending.load().values();
  }

  PendingFiles waiting() {
    return waiting;
  }

  Collection<Entry> running() {
    return running.load().values();
  }

  /**
   * The newest state there is, read without the lock; empty also when the task moves at this
   * moment, or when something about it makes no sense.
   */
  Optional<Entry> glimpse(TaskId id) {
    try {
      return folders(id).stream()
          .flatMap(folder -> folder.read(id.value()).stream())
          .max(Comparator.comparingLong(entry -> entry.task().revision()));
    } catch (NewerFormatException e) {
      throw e.refusal();
    } catch (StorageException e) {
      return Optional.empty();
    }
  }

  void setAsideIfUnreadable(TaskId id) {
    try {
      copies(id);
    } catch (NewerFormatException | SetAsideException | StorageException e) {
      LOG.debug("listed without {}: {}", id, e.getMessage());
    }
  }

  /** The newest state there is; one that makes no sense is set aside and refused. */
  Optional<Entry> find(TaskId id) {
    try {
      Optional<Entry> found = copies(id).stream().max(BY_REVISION).map(Copy::entry);
      if (found.isEmpty()) {
        folders(id).forEach(folder -> folder.refuseIfSetAside(id.value()));
      }
      return found;
    } catch (NewerFormatException e) {
      throw e.refusal();
    } catch (SetAsideException e) {
      throw e.problem();
    }
  }

  /**
   * Adds a record, with or without the engine's lock. When this fails, it may be there all the
   * same, see {@link #takeBack}.
   */
  void add(Entry entry) {
    TaskId id = entry.task().id();
    for (RecordFolder<Entry> folder : folders(id)) {
      if (folder.has(id.value())) {
        throw new InvalidRequestException("task " + id + " exists already");
      }
    }
    if (!entry.waits()) {
      put(entry, Json.object());
      return;
    }
    waiting.adding(entry);
    try {
      if (entry.task().idempotencyKey() != null) {
        // Who dies now leaves a record that the next one with this key finds and acknowledges.
        waiting.announce(id);
      }
      put(entry, Json.object());
      waiting.announce(id);
    } catch (StorageException e) {
      waiting.forget(id);
      throw e;
    }
  }

  /**
   * Under the engine's lock: what was refused must not be there, unless somebody took it already.
   *
   * @return whether it is not there
   */
  boolean takeBack(Entry entry) {
    Path file = folder(entry).file(entry.task().id().value());
    if (AtomicFiles.delete(file) && entry.waits()) {
      waiting.changed(entry.task().id(), null);
    }
    return !isThere(entry.task().id());
  }

  boolean replace(Entry from, Entry to) {
    TaskId id = from.task().id();
    if (!isPresent(from)) {
      resolve(id);
      return false;
    }
    Path before = folder(from).file(id.value());
    Optional<byte[]> text = AtomicFiles.read(before);
    if (text.isEmpty()) {
      return false;
    }
    boolean waits = from.waits() || to.waits();
    if (waits) {
      waiting.announce(id);
    }
    change(to, Json.parse(before, text.get()));
    if (!before.equals(folder(to).file(id.value()))) {
      leave(before, to);
    }
    if (waits) {
      waiting.changed(id, to.waits() ? to : null);
    }
    return true;
  }

  private boolean isPresent(Entry entry) {
    TaskRecord task = entry.task();
    return find(task.id()).filter(it -> it.task().revision() == task.revision()).isPresent();
  }

  /**
   * Ends a run by unlinking its file. What it brings is visible before, so a writer that dies in
   * between leaves the run as it was.
   */
  boolean drop(Entry from, Entry to) {
    TaskId id = from.task().id();
    if (!isPresent(from)) {
      resolve(id);
      return false;
    }
    settle.accept(to);
    if (!AtomicFiles.delete(folder(from).file(id.value()))) {
      return false;
    }
    try {
      AtomicFiles.syncDirectory(layout.running());
    } catch (StorageException e) {
      LOG.warn("task {} is gone, but a crash of the machine may bring it back", id, e);
    }
    return true;
  }

  /** Whether there is any file of a task, be it one that makes no sense. */
  boolean isThere(TaskId id) {
    return folders(id).stream()
        .anyMatch(folder -> folder.has(id.value()) || folder.isSetAside(id.value()));
  }

  /** Removes the file of a task that has ended, once it is the only one of that task. */
  boolean remove(TaskId id) {
    resolve(id);
    return !pending.has(id.value())
        && !running.has(id.value())
        && AtomicFiles.delete(done(id).file(id.value()));
  }

  /**
   * Applies what the new state brings, then unlinks the old file. The step itself has happened
   * already: when this fails, the old file stays, and whoever comes next under the lock does it
   * again.
   */
  private void leave(Path before, Entry to) {
    try {
      settle.accept(to);
      AtomicFiles.delete(before);
    } catch (StorageException e) {
      LOG.warn("task {} has its new state, the rest follows later", to.task().id(), e);
    }
  }

  private void change(Entry to, ObjectNode tree) {
    Path file = folder(to).file(to.task().id().value());
    boolean isNew = !Files.exists(file);
    try {
      put(to, tree);
    } catch (StorageException e) {
      if (isNew) {
        undo(file);
      }
      throw e;
    }
  }

  private void put(Entry entry, ObjectNode tree) {
    TaskCodec.write(tree, entry);
    if (entry.task().status().isTerminal()) {
      AtomicFiles.createDirectories(layout.done(entry.task().id()));
    }
    AtomicFiles.write(folder(entry).file(entry.task().id().value()), Json.print(tree));
  }

  /** The rename may have happened although the write failed; what was refused must not be there. */
  private static void undo(Path file) {
    try {
      AtomicFiles.delete(file);
    } catch (StorageException e) {
      LOG.warn("could not take back a write that failed", e);
    }
  }

  private void resolve(TaskId id) {
    List<Copy> copies;
    try {
      copies = copies(id);
    } catch (NewerFormatException e) {
      LOG.warn("left as it is: {}", e.refusal().getMessage());
      return;
    } catch (SetAsideException e) {
      settleRest(id);
      return;
    }
    Optional<Copy> newest = copies.stream().max(BY_REVISION);
    if (copies.size() < 2 || newest.isEmpty()) {
      return;
    }
    waiting.announce(id);
    settle.accept(newest.get().entry());
    for (Copy copy : copies) {
      if (copy != newest.get()) {
        AtomicFiles.delete(copy.folder().file(id.value()));
      }
    }
    waiting.changed(id, newest.get().entry().waits() ? newest.get().entry() : null);
    LOG.info("finished a step of task {} that its writer left half done", id);
  }

  /**
   * What was set aside, and reported, may have been the old file of a step: what the new one brings
   * must not depend on it.
   */
  private void settleRest(TaskId id) {
    try {
      copies(id).stream().max(BY_REVISION).ifPresent(copy -> settle.accept(copy.entry()));
    } catch (NewerFormatException | SetAsideException e) {
      LOG.debug("nothing is left of task {} that makes sense", id, e);
    }
  }

  private List<Copy> copies(TaskId id) {
    List<Copy> copies = new ArrayList<>();
    for (RecordFolder<Entry> folder : folders(id)) {
      folder.readOrSetAside(id.value()).ifPresent(entry -> copies.add(new Copy(folder, entry)));
    }
    return copies;
  }

  /** Strict readers for single records: what is not understood is not changed. */
  private List<RecordFolder<Entry>> folders(TaskId id) {
    return List.of(
        new RecordFolder<>(layout.pending(), TaskCodec::read),
        new RecordFolder<>(layout.running(), TaskCodec::read),
        done(id));
  }

  private RecordFolder<Entry> done(TaskId id) {
    return new RecordFolder<>(layout.done(id), TaskCodec::read);
  }

  private RecordFolder<Entry> folder(Entry entry) {
    TaskStatus status = entry.task().status();
    if (status.isTerminal()) {
      return done(entry.task().id());
    }
    return entry.waits() ? pending : running;
  }
}
