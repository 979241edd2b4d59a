package io.kugetsu.engine.internal;

import io.kugetsu.common.LimitKey;
import io.kugetsu.common.SessionKey;
import io.kugetsu.common.StopReason;
import io.kugetsu.common.StorageException;
import io.kugetsu.common.TaskId;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.engine.Family;
import io.kugetsu.engine.Holder;
import io.kugetsu.engine.NotificationRecord;
import io.kugetsu.engine.Owner;
import io.kugetsu.engine.SessionChange;
import io.kugetsu.engine.TaskRecord;
import io.kugetsu.internal.Json;
import io.kugetsu.internal.JsonFields;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A task's entry as JSON. */
final class TaskCodec {
  private TaskCodec() {}

  /** Sets an entry's fields in a tree; what else is in the tree stays. */
  static void write(ObjectNode tree, Entry entry) {
    TaskRecord task = entry.task();
    Codecs.putFormat(tree);
    tree.put("id", task.id().value());
    tree.put("kind", task.kind());
    tree.put("detached", task.detached());
    tree.put("status", word(task.status()));
    tree.put("revision", task.revision());
    tree.put("epoch", task.epoch());
    tree.put("attempts", task.attempts());
    tree.put("priority", task.priority());
    tree.put("order", task.order());
    Codecs.put(tree, "limitKeys", task.limitKeys().stream().map(LimitKey::value));
    SessionKey session = task.session();
    Codecs.put(tree, "session", session == null ? null : session.value());
    writeOwner(tree, "onlyBy", task.onlyBy());
    writeOwner(tree, "owner", task.owner());
    writeHolder(tree, task.holder());
    if (entry.settling()) {
      tree.put("settling", true);
    } else {
      tree.remove("settling");
    }
    Codecs.put(tree, "createdAt", task.createdAt());
    Codecs.put(tree, "notBefore", task.notBefore());
    Codecs.put(tree, "claimedAt", task.claimedAt());
    Codecs.put(tree, "startedAt", task.startedAt());
    Codecs.put(tree, "endedAt", task.endedAt());
    writeStop(tree, task.stop());
    Codecs.put(tree, "idempotencyKey", task.idempotencyKey());
    Codecs.put(tree, "input", task.input());
    Codecs.put(tree, "progress", task.progress());
    Codecs.put(tree, "outcome", task.outcome());
    writeFamily(tree, task.family());
    Codecs.put(tree, "requestedBy", task.requestedBy());
    Codecs.put(tree, "heldUntil", task.heldUntil());
    TaskStatus ownEnd = task.ownEnd();
    Codecs.put(tree, "ownEnd", ownEnd == null ? null : word(ownEnd));
    writeOwes(Codecs.child(tree, "owes"), entry);
  }

  /** Most tasks have none. */
  private static void writeFamily(ObjectNode tree, Family family) {
    if (family.equals(Family.NONE)) {
      tree.remove("family");
      return;
    }
    ObjectNode object = Codecs.child(tree, "family");
    putTask(object, "parent", family.parent());
    putTask(object, "root", family.root());
    object.put("depth", family.depth());
    Codecs.put(object, "children", family.children().stream().map(TaskId::value));
    object.put("spawned", family.spawned());
  }

  private static void putTask(ObjectNode tree, String name, @Nullable TaskId id) {
    Codecs.put(tree, name, id == null ? null : id.value());
  }

  private static Family readFamily(@Nullable JsonFields fields) {
    return fields == null
        ? Family.NONE
        : new Family(
            fields.optionalAs("parent", TaskId::new),
            fields.optionalAs("root", TaskId::new),
            fields.smallNumber("depth"),
            Set.copyOf(fields.list("children", TaskId::new)),
            fields.smallNumber("spawned"));
  }

  static void writeOwner(ObjectNode tree, String name, @Nullable Owner owner) {
    if (owner == null) {
      tree.remove(name);
      return;
    }
    ObjectNode object = Codecs.child(tree, name);
    object.put("instance", owner.instance());
    writeProcess(object, owner.pid(), owner.startTicks(), owner.bootId());
  }

  private static void writeProcess(ObjectNode object, long pid, long startTicks, String bootId) {
    object.put("pid", pid);
    object.put("startTicks", startTicks);
    object.put("bootId", bootId);
  }

  private static void writeHolder(ObjectNode tree, @Nullable Holder holder) {
    tree.remove("holder");
    if (holder instanceof Holder.Instance instance) {
      ObjectNode object = tree.putObject("holder");
      object.put("type", "instance");
      writeOwner(object, "owner", instance.owner());
    } else if (holder instanceof Holder.OfProcess process) {
      ObjectNode object = tree.putObject("holder");
      object.put("type", "process");
      writeProcess(object, process.pid(), process.startTicks(), process.bootId());
    } else if (holder instanceof Holder.Supervised supervised) {
      ObjectNode object = tree.putObject("holder");
      object.put("type", "supervised");
      writeProcess(object, supervised.pid(), supervised.startTicks(), supervised.bootId());
      object.put("marker", supervised.marker());
    }
  }

  private static void writeStop(ObjectNode tree, @Nullable StopReason stop) {
    if (stop == null) {
      tree.remove("stop");
      return;
    }
    ObjectNode object = Codecs.child(tree, "stop");
    object.put("origin", word(stop.origin()));
    object.put("text", stop.text());
  }

  private static void writeOwes(ObjectNode owes, Entry entry) {
    ArrayNode notifications = owes.putArray("notifications");
    entry.owed().forEach(owed -> Codecs.writeNotification(notifications.addObject(), owed));
    SessionChange change = entry.session();
    owes.remove("session");
    if (change != null) {
      ObjectNode object = owes.putObject("session");
      object.put("key", change.key().value());
      object.put("held", change.held());
      Codecs.put(object, "set", change.set());
      Codecs.put(object, "remove", change.remove().stream());
    }
  }

  /**
   * Reads an entry.
   *
   * @throws StorageException when it is not one
   * @throws NewerFormatException when it says something this version does not know
   */
  static Entry read(Path file, byte[] text) {
    JsonFields fields = Codecs.open(file, text);
    JsonFields owes = fields.optionalObject("owes");
    List<NotificationRecord> owed =
        owes == null
            ? List.of()
            : owes.objects("notifications").stream().map(Codecs::readNotification).toList();
    SessionChange change = owes == null ? null : readChange(owes.optionalObject("session"));
    return new Entry(readTask(file, fields), fields.flag("settling"), owed, change);
  }

  /** The number of the state that a tree holds. */
  static long revision(Path file, ObjectNode tree) {
    return new JsonFields(file, tree).number("revision");
  }

  private static TaskRecord readTask(Path file, JsonFields fields) {
    TaskId id = fields.as("id", TaskId::new);
    if (!String.valueOf(file.getFileName()).equals(id + RecordFolder.SUFFIX)) {
      throw new StorageException(file, "holds the record of " + id, null);
    }
    Owner onlyBy = readOwner(fields.optionalObject("onlyBy"));
    Owner owner = readOwner(fields.optionalObject("owner"));
    return new TaskRecord(
        id,
        fields.commonText("kind"),
        fields.flag("detached", true),
        known(fields, "status", TaskStatus.class),
        fields.number("revision"),
        fields.number("epoch"),
        fields.smallNumber("attempts"),
        fields.smallNumber("priority"),
        fields.number("order"),
        Set.copyOf(fields.list("limitKeys", LimitKey::new)),
        fields.optionalAs("session", SessionKey::new),
        onlyBy,
        owner != null && owner.equals(onlyBy) ? onlyBy : owner, // they are kept in memory
        readHolder(fields.optionalObject("holder")),
        fields.instant("createdAt"),
        fields.optionalInstant("notBefore"),
        fields.optionalInstant("claimedAt"),
        fields.optionalInstant("startedAt"),
        fields.optionalInstant("endedAt"),
        readStop(fields.optionalObject("stop")),
        fields.optionalText("idempotencyKey"),
        fields.texts("input"),
        fields.texts("progress"),
        fields.texts("outcome"),
        readFamily(fields.optionalObject("family")),
        fields.optionalText("requestedBy"),
        Codecs.readMoment(fields, "heldUntil"),
        fields.optionalText("ownEnd") == null ? null : known(fields, "ownEnd", TaskStatus.class));
  }

  /**
   * A running record that only a newer version understands: it counts, under the keys it names as
   * far as they can be read, and nobody here can end it. Its kind is empty.
   */
  static Entry readAsUnknown(TaskId id, Path file, byte[] text) {
    TaskRecord task =
        new TaskRecord(
            id,
            "",
            true,
            TaskStatus.RUNNING,
            0,
            0,
            0,
            0,
            0,
            readKeysOfUnknown(new JsonFields(file, Json.parse(file, text))),
            null,
            null,
            null,
            null,
            Instant.EPOCH,
            null,
            null,
            null,
            null,
            null,
            null,
            Map.of(),
            Map.of(),
            Map.of(),
            Family.NONE,
            null,
            null,
            null);
    return new Entry(task, false, List.of(), null);
  }

  private static Set<LimitKey> readKeysOfUnknown(JsonFields fields) {
    try {
      return Set.copyOf(fields.list("limitKeys", LimitKey::new));
    } catch (StorageException e) {
      return Set.of();
    }
  }

  static @Nullable Owner readOwner(@Nullable JsonFields fields) {
    return fields == null
        ? null
        : new Owner(
            fields.commonText("instance"),
            fields.number("pid"),
            fields.number("startTicks"),
            fields.commonText("bootId"));
  }

  private static @Nullable Holder readHolder(@Nullable JsonFields fields) {
    if (fields == null) {
      return null;
    }
    String type = fields.text("type");
    switch (type) {
      case "instance":
        Owner owner = readOwner(fields.optionalObject("owner"));
        if (owner == null) {
          throw new StorageException(fields.file(), "its holder lacks the field 'owner'", null);
        }
        return new Holder.Instance(owner);
      case "process":
        return new Holder.OfProcess(
            fields.number("pid"), fields.number("startTicks"), fields.commonText("bootId"));
      case "supervised":
        return new Holder.Supervised(
            fields.number("pid"),
            fields.number("startTicks"),
            fields.commonText("bootId"),
            fields.text("marker"));
      default:
        throw new NewerFormatException(fields.file(), "a holder of the type " + type);
    }
  }

  private static @Nullable StopReason readStop(@Nullable JsonFields fields) {
    return fields == null
        ? null
        : new StopReason(known(fields, "origin", StopReason.Origin.class), fields.text("text"));
  }

  private static @Nullable SessionChange readChange(@Nullable JsonFields fields) {
    return fields == null
        ? null
        : new SessionChange(
            fields.as("key", SessionKey::new),
            fields.flag("held"),
            fields.texts("set"),
            Set.copyOf(fields.list("remove", field -> field)));
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  private static <E extends Enum<E>> E known(JsonFields fields, String name, Class<E> type) {
    String text = fields.text(name);
    for (E value : type.getEnumConstants()) {
      if (word(value).equals(text)) {
        return value;
      }
    }
    throw new NewerFormatException(fields.file(), "the " + name + " " + text);
  }
}
