package io.kugetsu.engine.internal;

import io.kugetsu.common.InvalidRequestException;
import io.kugetsu.common.LimitKey;
import io.kugetsu.common.StorageException;
import io.kugetsu.engine.KeyState;
import io.kugetsu.engine.Moment;
import io.kugetsu.internal.AtomicFiles;
import io.kugetsu.internal.Json;
import io.kugetsu.internal.JsonFields;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * What is held against limit keys, in one file. One that cannot be read is not taken for an empty
 * one: nothing is handed out until somebody repaired or removed it.
 */
final class KeyStateFile {
  private static final String KEYS = "keys";

  private final Path file;

  KeyStateFile(Path file) {
    this.file = file;
  }

  Map<LimitKey, KeyState> load() {
    Map<LimitKey, KeyState> states = new TreeMap<>();
    Optional<byte[]> text = AtomicFiles.read(file);
    if (text.isPresent()) {
      JsonFields fields = open(text.get());
      JsonFields keys = fields.optionalObject(KEYS);
      if (keys != null) {
        for (String name : keys.tree().propertyNames()) {
          JsonFields state = keys.optionalObject(name);
          if (state != null) {
            states.put(key(name), read(state));
          }
        }
      }
    }
    return states;
  }

  private LimitKey key(String name) {
    try {
      return new LimitKey(name);
    } catch (InvalidRequestException e) {
      throw new StorageException(file, "names something that is no limit key", e);
    }
  }

  private JsonFields open(byte[] text) {
    try {
      return Codecs.open(file, text);
    } catch (NewerFormatException e) {
      throw e.refusal();
    }
  }

  void put(Map<LimitKey, KeyState> states) {
    Optional<byte[]> before = AtomicFiles.read(file);
    ObjectNode tree = before.map(text -> Json.parse(file, text)).orElseGet(Json::object);
    Codecs.putFormat(tree);
    ObjectNode keys = Codecs.child(tree, KEYS);
    for (String name : new TreeSet<>(keys.propertyNames())) {
      if (!states.containsKey(key(name))) {
        keys.remove(name);
      }
    }
    states.forEach((key, state) -> write(Codecs.child(keys, key.value()), state));
    try {
      AtomicFiles.write(file, Json.print(tree));
    } catch (StorageException e) {
      takeBack(before, e);
      throw e;
    }
  }

  /** A write may have taken effect although it failed; what was refused must not have happened. */
  private void takeBack(Optional<byte[]> before, StorageException failure) {
    try {
      if (before.isEmpty()) {
        AtomicFiles.delete(file);
      } else if (!AtomicFiles.read(file)
          .filter(now -> Arrays.equals(now, before.get()))
          .isPresent()) {
        AtomicFiles.writeUnsynced(file, before.get());
      }
    } catch (StorageException e) {
      failure.addSuppressed(e);
    }
  }

  private static void write(ObjectNode tree, KeyState state) {
    KeyState.Pause pause = state.pause();
    if (pause == null) {
      tree.remove("paused");
    } else {
      ObjectNode object = Codecs.child(tree, "paused");
      object.put("why", pause.why());
      Codecs.put(object, "since", pause.since());
      Codecs.put(object, "probe", pause.probe());
    }
    KeyState.Closure closure = state.closure();
    if (closure == null) {
      tree.remove("closed");
    } else {
      ObjectNode object = Codecs.child(tree, "closed");
      object.put("why", closure.why());
      Codecs.put(object, "until", closure.until());
      Codecs.put(object, "untilAt", closure.untilAt());
      object.put("inARow", closure.inARow());
    }
    KeyState.Shrunk shrunk = state.shrunk();
    if (shrunk == null) {
      tree.remove("shrunk");
    } else {
      ObjectNode object = Codecs.child(tree, "shrunk");
      object.put("capacity", shrunk.capacity());
      Codecs.put(object, "at", shrunk.at());
    }
    tree.put("failures", state.failures());
    tree.put("counted", state.counted());
  }

  private static KeyState read(JsonFields fields) {
    return new KeyState(
        readPause(fields.optionalObject("paused")),
        readClosure(fields.optionalObject("closed")),
        readShrunk(fields.optionalObject("shrunk")),
        fields.smallNumber("failures"),
        fields.text("counted"));
  }

  private static KeyState.@Nullable Pause readPause(@Nullable JsonFields fields) {
    return fields == null
        ? null
        : new KeyState.Pause(
            fields.text("why"), fields.instant("since"), Codecs.readMoment(fields, "probe"));
  }

  private static KeyState.@Nullable Closure readClosure(@Nullable JsonFields fields) {
    if (fields == null) {
      return null;
    }
    return new KeyState.Closure(
        fields.text("why"),
        moment(fields, "until"),
        fields.instant("untilAt"),
        fields.smallNumber("inARow"));
  }

  private static KeyState.@Nullable Shrunk readShrunk(@Nullable JsonFields fields) {
    return fields == null
        ? null
        : new KeyState.Shrunk(fields.smallNumber("capacity"), moment(fields, "at"));
  }

  private static Moment moment(JsonFields fields, String name) {
    Moment moment = Codecs.readMoment(fields, name);
    if (moment == null) {
      throw new StorageException(fields.file(), "lacks the field '" + name + "'", null);
    }
    return moment;
  }
}
