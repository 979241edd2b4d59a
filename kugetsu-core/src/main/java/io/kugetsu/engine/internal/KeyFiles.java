package io.kugetsu.engine.internal;

import io.kugetsu.common.StorageException;
import io.kugetsu.common.TaskId;
import io.kugetsu.internal.AtomicFiles;
import io.kugetsu.internal.Json;
import io.kugetsu.internal.JsonFields;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Which task was accepted under which idempotency key. A key whose task is gone is as good as none,
 * so a writer that dies between a task and its key leaves nothing that matters.
 */
final class KeyFiles {
  private static final Logger LOG = LoggerFactory.getLogger(KeyFiles.class);

  private final Layout layout;

  KeyFiles(Layout layout) {
    this.layout = layout;
  }

  Optional<TaskId> taskOf(String idempotencyKey) {
    return taskIn(layout.key(idempotencyKey));
  }

  private static Optional<TaskId> taskIn(Path file) {
    return AtomicFiles.read(file)
        .map(content -> new JsonFields(file, Json.parse(file, content)).as("task", TaskId::new));
  }

  void bind(String idempotencyKey, TaskId id) {
    ObjectNode tree = Json.object();
    Codecs.putFormat(tree);
    tree.put("task", id.value());
    AtomicFiles.write(layout.key(idempotencyKey), Json.print(tree));
  }

  /** After the task is gone; what cannot be removed now goes with {@link #removeUnused}. */
  void unbind(String idempotencyKey, TaskId id) {
    Path file = layout.key(idempotencyKey);
    try {
      if (taskIn(file).filter(id::equals).isPresent()) {
        AtomicFiles.delete(file);
      }
    } catch (StorageException e) {
      LOG.warn("the idempotency key of {}, which is gone, stays for now", id, e);
    }
  }

  /** The keys' files whose task is gone. */
  List<Path> unused(Predicate<TaskId> isThere) {
    List<Path> unused = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(layout.keys(), Layout::isKey)) {
      for (Path file : files) {
        if (isUnused(file, isThere)) {
          unused.add(file);
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      throw new StorageException(layout.keys(), "could not be listed: " + e, e);
    }
    return unused;
  }

  /** Under the engine's lock: removes those of the files whose task is still gone. */
  static void removeUnused(List<Path> files, Predicate<TaskId> isThere) {
    files.stream().filter(file -> isUnused(file, isThere)).forEach(AtomicFiles::delete);
  }

  private static boolean isUnused(Path file, Predicate<TaskId> isThere) {
    try {
      return taskIn(file).filter(isThere.negate()).isPresent();
    } catch (StorageException e) {
      LOG.warn("an idempotency key is left as it is: {}", e.getMessage());
      return false;
    }
  }
}
