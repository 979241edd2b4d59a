package io.kugetsu.engine.internal;

import io.kugetsu.common.StorageException;
import io.kugetsu.common.TaskId;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The files of one task: usually one, and two while a step is half done. */
final class TaskCopies {
  private static final Logger LOG = LoggerFactory.getLogger(TaskCopies.class);

  private static final Comparator<Copy> BY_REVISION =
      Comparator.comparingLong(copy -> copy.entry().task().revision());

  /** A record as it is on the disk. */
  record Copy(RecordFolder<Entry> folder, Entry entry) {}

  private final Layout layout;

  TaskCopies(Layout layout) {
    this.layout = layout;
  }

  /** The one that is true. */
  static Optional<Copy> newest(List<Copy> copies) {
    return copies.stream().max(BY_REVISION);
  }

  /**
   * The newest state there is, read without the lock; empty also when the task moves at this
   * moment, or when something about it makes no sense.
   */
  Optional<Entry> glimpse(TaskId id) {
    try {
      return folders(id).stream()
          .filter(folder -> folder.has(id.value())) // most are not: cheaper than a failed reading
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
      List<Copy> unused = of(id);
    } catch (NewerFormatException | SetAsideException | StorageException e) {
      LOG.debug("listed without {}: {}", id, e.getMessage());
    }
  }

  /** The newest state there is; one that makes no sense is set aside and refused. */
  Optional<Entry> find(TaskId id) {
    try {
      Optional<Entry> found = newest(of(id)).map(Copy::entry);
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

  /** Whether there is a record of a task. */
  boolean has(TaskId id) {
    return folders(id).stream().anyMatch(folder -> folder.has(id.value()));
  }

  /** Whether the one file of a task is this one. */
  boolean isOnlyIn(TaskId id, Path file) {
    return folders(id).stream()
        .allMatch(folder -> folder.file(id.value()).equals(file) || !folder.has(id.value()));
  }

  /** Whether there is any file of a task, be it one that makes no sense. */
  boolean isThere(TaskId id) {
    return folders(id).stream()
        .anyMatch(folder -> folder.has(id.value()) || folder.isSetAside(id.value()));
  }

  /** All of them; one that makes no sense is set aside. */
  List<Copy> of(TaskId id) {
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

  RecordFolder<Entry> done(TaskId id) {
    return new RecordFolder<>(layout.done(id), TaskCodec::read);
  }
}
