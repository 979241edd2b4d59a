package io.kugetsu.engine.internal;

import io.kugetsu.common.InvalidRequestException;
import io.kugetsu.common.StorageException;
import io.kugetsu.common.TaskId;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.engine.Activity;
import io.kugetsu.engine.TaskRecord;
import io.kugetsu.internal.AtomicFiles;
import io.kugetsu.internal.Json;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
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

  private final Layout layout;
  private final TaskCopies copies;
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
    this.copies = new TaskCopies(layout);
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
    if (!pending.isEmpty()) {
      return Activity.WAITING;
    }
    return running.isEmpty() ? Activity.NONE : Activity.RUNNING; // it may have been handed out
  }

  /**
   * Brings to an end what writers that died in the middle of a step began. Cheap: few tasks run.
   */
  void repairRunning() {
    for (String name : running.names()) {
      TaskId id = Layout.taskIn(name);
      if (id != null && (pending.has(name) || copies.done(id).has(name))) {
        resolve(id);
      }
    }
  }

  /** The same for all that waits; a leftover there is harmless until it would be handed out. */
  void repairPending() {
    List<String> names = pending.names();
    for (String name : names) {
      TaskId id = Layout.taskIn(name);
      if (id != null && (running.has(name) || copies.done(id).has(name))) {
        resolve(id);
      }
    }
    waiting.learnOrder(names);
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

  TaskCopies copies() {
    return copies;
  }

  PendingFiles waiting() {
    return waiting;
  }

  /** What waits at this moment; what only looks as if it did is brought to its end. */
  WaitingLine line() {
    WaitingLine line = waiting.line();
    for (TaskId id : waiting.takeLeftovers()) {
      try {
        resolve(id);
      } catch (StorageException e) {
        waiting.leftover(id);
        LOG.debug("{} is brought to its end later", id, e);
      }
    }
    return line;
  }

  Collection<Entry> running() {
    return running.load().values();
  }

  /**
   * Adds a record, with or without the engine's lock. When this fails, it may be there all the
   * same, see {@link #takeBack}.
   */
  void add(Entry entry) {
    TaskId id = entry.task().id();
    if (copies.has(id)) {
      throw new InvalidRequestException("task " + id + " exists already");
    }
    if (!entry.waits()) {
      put(entry, Json.object());
      return;
    }
    waiting.adding(entry);
    try {
      if (entry.task().idempotencyKey() != null || entry.task().parent() != null) {
        // Who dies now leaves a record that the next one with this key finds and acknowledges, or
        // that its parent has to await.
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
    return !copies.isThere(entry.task().id());
  }

  boolean replace(Entry from, Entry to) {
    TaskId id = from.task().id();
    Optional<Present> present = present(from);
    if (present.isEmpty()) {
      resolve(id);
      return false;
    }
    Path before = present.get().file();
    boolean waits = from.waits() || to.waits();
    if (waits) {
      waiting.announce(id);
    }
    change(to, present.get());
    if (!before.equals(folder(to).file(id.value()))) {
      leave(before, to);
    }
    if (waits) {
      waiting.changed(id, to.waits() ? to : null);
    }
    return true;
  }

  /** The file of a task's present state, as it is now. */
  private record Present(Path file, byte[] text, ObjectNode tree) {}

  /**
   * The file of an entry; empty when the entry is not its task's present state. Whoever has the
   * lock has read it as a whole a moment ago, so its number is compared and no more.
   */
  private Optional<Present> present(Entry entry) {
    TaskId id = entry.task().id();
    RecordFolder<Entry> folder = folder(entry);
    Path file = folder.file(id.value());
    return AtomicFiles.read(file)
        .map(text -> new Present(file, text, Json.parse(file, text)))
        .filter(now -> TaskCodec.revision(file, now.tree()) == entry.task().revision())
        .filter(now -> copies.isOnlyIn(id, file) || isNewest(entry));
  }

  private boolean isNewest(Entry entry) {
    TaskRecord task = entry.task();
    return copies.find(task.id()).filter(it -> it.task().revision() == task.revision()).isPresent();
  }

  /**
   * Ends a run by unlinking its file. What it brings is visible before, so a writer that dies in
   * between leaves the run as it was.
   */
  boolean drop(Entry from, Entry to) {
    TaskId id = from.task().id();
    Optional<Present> present = present(from);
    if (present.isEmpty()) {
      resolve(id);
      return false;
    }
    settle.accept(to);
    if (!AtomicFiles.delete(present.get().file())) {
      return false;
    }
    try {
      AtomicFiles.syncDirectory(layout.running());
    } catch (StorageException e) {
      LOG.warn("task {} is gone, but a crash of the machine may bring it back", id, e);
    }
    return true;
  }

  /** Removes the file of a task that has ended, once it is the only one of that task. */
  boolean remove(TaskId id) {
    resolve(id);
    return !pending.has(id.value())
        && !running.has(id.value())
        && AtomicFiles.delete(copies.done(id).file(id.value()));
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
      waiting.leftover(to.task().id());
    }
  }

  /** A write may have taken effect although it failed; what was refused must not have happened. */
  private void change(Entry to, Present before) {
    Path file = folder(to).file(to.task().id().value());
    try {
      put(to, before.tree());
    } catch (StorageException e) {
      try {
        if (file.equals(before.file())) {
          restore(file, before.text());
        } else {
          AtomicFiles.delete(file);
        }
      } catch (StorageException again) {
        LOG.warn("could not take back a write that failed", again);
      }
      throw e;
    }
  }

  private static void restore(Path file, byte[] text) {
    if (!AtomicFiles.read(file).filter(now -> Arrays.equals(now, text)).isPresent()) {
      AtomicFiles.write(file, text);
    }
  }

  private void put(Entry entry, ObjectNode tree) {
    TaskCodec.write(tree, entry);
    if (entry.task().status().isTerminal()) {
      AtomicFiles.createDirectories(layout.done(entry.task().id()));
    }
    AtomicFiles.write(folder(entry).file(entry.task().id().value()), Json.print(tree));
  }

  private void resolve(TaskId id) {
    List<TaskCopies.Copy> found;
    try {
      found = copies.of(id);
    } catch (NewerFormatException e) {
      LOG.warn("left as it is: {}", e.refusal().getMessage());
      return;
    } catch (SetAsideException e) {
      settleRest(id);
      return;
    }
    Optional<TaskCopies.Copy> newest = TaskCopies.newest(found);
    if (found.size() < 2 || newest.isEmpty()) {
      return;
    }
    announceIfPossible(id);
    settle.accept(newest.get().entry());
    for (TaskCopies.Copy copy : found) {
      if (copy != newest.get()) {
        AtomicFiles.delete(copy.folder().file(id.value()));
      }
    }
    waiting.changed(id, newest.get().entry().waits() ? newest.get().entry() : null);
    LOG.info("finished a step of task {} that its writer left half done", id);
  }

  /** Others find out by themselves, when they would hand it out. */
  private void announceIfPossible(TaskId id) {
    try {
      waiting.announce(id);
    } catch (StorageException e) {
      LOG.debug("a change of {} is not announced", id, e);
    }
  }

  /**
   * What was set aside, and reported, may have been the old file of a step: what the new one brings
   * must not depend on it.
   */
  private void settleRest(TaskId id) {
    try {
      TaskCopies.newest(copies.of(id)).ifPresent(copy -> settle.accept(copy.entry()));
    } catch (NewerFormatException | SetAsideException e) {
      LOG.debug("nothing is left of task {} that makes sense", id, e);
    }
  }

  private RecordFolder<Entry> folder(Entry entry) {
    TaskStatus status = entry.task().status();
    if (status.isTerminal()) {
      return copies.done(entry.task().id());
    }
    return entry.waits() ? pending : running;
  }
}
