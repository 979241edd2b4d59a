package io.kugetsu.engine.internal;

import io.kugetsu.common.StorageException;
import io.kugetsu.common.TaskId;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The tasks that ended, in folders by month. */
final class EndedFiles {
  private static final Logger LOG = LoggerFactory.getLogger(EndedFiles.class);

  private final Layout layout;

  EndedFiles(Layout layout) {
    this.layout = layout;
  }

  /**
   * All that ended. Those that cannot be read are passed over here and set aside by whoever asks.
   */
  List<Entry> load(Consumer<TaskId> unreadable) {
    List<Entry> entries = new ArrayList<>();
    for (Path month : months()) {
      RecordFolder<Entry> folder = new RecordFolder<>(month, TaskCodec::read);
      for (String name : folder.names()) {
        try {
          folder.read(name).ifPresent(entries::add);
        } catch (NewerFormatException e) {
          LOG.warn("passed over: {}", e.refusal().getMessage());
        } catch (StorageException e) {
          TaskId id = Layout.taskIn(name);
          if (id != null) {
            unreadable.accept(id);
          }
        }
      }
    }
    return entries;
  }

  /** What ended, by the names of the files alone. */
  Set<TaskId> ids() {
    Set<TaskId> ids = new HashSet<>();
    for (Path month : months()) {
      for (String name : new RecordFolder<>(month, TaskCodec::read).names()) {
        TaskId id = Layout.taskIn(name);
        if (id != null) {
          ids.add(id);
        }
      }
    }
    return ids;
  }

  List<Path> months() {
    List<Path> months = new ArrayList<>();
    try (DirectoryStream<Path> paths =
        Files.newDirectoryStream(layout.done(), Files::isDirectory)) {
      paths.forEach(months::add);
    } catch (IOException | DirectoryIteratorException e) {
      throw new StorageException(layout.done(), "could not be listed: " + e, e);
    }
    return months;
  }

  /** Under the engine's lock, as a task's end makes the folder that it goes to. */
  void removeEmptyMonths() {
    for (Path month : months()) {
      try {
        if (Layout.isMonth(month)) {
          Files.delete(month);
        }
      } catch (IOException e) {
        LOG.debug("stays: {}", e.toString());
      }
    }
  }
}
