package io.kugetsu.engine.internal;

import io.kugetsu.common.StorageException;
import io.kugetsu.engine.NotificationRecord;
import io.kugetsu.internal.AtomicFiles;
import io.kugetsu.internal.Json;
import io.kugetsu.internal.JsonFields;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;

/** The notifications' files. */
final class NotificationFiles {
  private final Path directory;
  private final RecordFolder<NotificationRecord> folder;

  NotificationFiles(Path directory) {
    this.directory = directory;
    this.folder = new RecordFolder<>(directory, NotificationFiles::read);
  }

  private static NotificationRecord read(Path file, byte[] content) {
    JsonFields fields = Codecs.open(file, content);
    NotificationRecord notification = Codecs.readNotification(fields);
    if (!String.valueOf(file.getFileName()).equals(notification.id() + RecordFolder.SUFFIX)) {
      throw new StorageException(file, "holds the notification " + notification.id(), null);
    }
    return notification;
  }

  Map<String, NotificationRecord> load() {
    return folder.load();
  }

  void put(NotificationRecord notification) {
    Path file = folder.file(notification.id());
    ObjectNode tree =
        AtomicFiles.read(file).map(content -> Json.parse(file, content)).orElseGet(Json::object);
    write(file, tree, notification);
    AtomicFiles.syncDirectory(directory);
  }

  /** Adds those that are not there; one that is there may have been read since. */
  void addMissing(List<NotificationRecord> notifications) {
    boolean added = false;
    for (NotificationRecord notification : notifications) {
      if (!folder.has(notification.id())) {
        write(folder.file(notification.id()), Json.object(), notification);
        added = true;
      }
    }
    if (added) {
      AtomicFiles.syncDirectory(directory);
    }
  }

  private static void write(Path file, ObjectNode tree, NotificationRecord notification) {
    Codecs.putFormat(tree);
    Codecs.writeNotification(tree, notification);
    AtomicFiles.writeUnsynced(file, Json.print(tree));
  }
}
