package io.kugetsu.task.internal;

import io.kugetsu.common.InvalidRequestException;
import io.kugetsu.common.StorageException;
import io.kugetsu.common.TaskId;
import io.kugetsu.internal.JsonFields;
import io.kugetsu.task.OutputChunk;
import io.kugetsu.task.TaskEvent;
import io.kugetsu.task.TaskEvent.IsolationBreach;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Function;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The JSON forms of events: what all have, the type, and what each type adds. */
final class EventForms {
  private static final TaskForm<OutputChunk> CHUNK =
      new TaskForm<>("chunk", EventForms::writeChunk, EventForms::readChunk);

  private static final List<Type<?>> TYPES =
      List.of(
          plain(TaskEvent.Created.class, TaskEvent.Created::new),
          new Type<>(
              TaskEvent.Queued.class,
              (tree, event) -> tree.put("position", event.position()),
              (head, fields) -> new TaskEvent.Queued(head, fields.smallNumber("position"))),
          plain(TaskEvent.Started.class, TaskEvent.Started::new),
          new Type<>(
              TaskEvent.Output.class,
              (tree, event) -> CHUNK.put(tree, "chunk", event.chunk()),
              (head, fields) -> new TaskEvent.Output(head, CHUNK.get(fields, "chunk"))),
          new Type<>(
              TaskEvent.Progress.class,
              (tree, event) -> tree.put("text", event.text()),
              (head, fields) -> new TaskEvent.Progress(head, fields.text("text"))),
          new Type<>(
              TaskEvent.Detached.class,
              (tree, event) -> tree.put("byDeadline", event.byDeadline()),
              (head, fields) -> new TaskEvent.Detached(head, fields.flag("byDeadline"))),
          new Type<>(
              TaskEvent.Stalled.class,
              (tree, event) -> tree.put("quiet", event.quiet().toString()),
              (head, fields) -> new TaskEvent.Stalled(head, fields.as("quiet", Duration::parse))),
          new Type<>(
              TaskEvent.Stopping.class,
              (tree, event) -> TaskForms.STOP.put(tree, "reason", event.reason()),
              (head, fields) -> new TaskEvent.Stopping(head, TaskForms.STOP.get(fields, "reason"))),
          new Type<>(
              IsolationBreach.class,
              EventForms::writeBreach,
              (head, fields) ->
                  new IsolationBreach(
                      head,
                      Set.copyOf(
                          fields.list(
                              "changed", TaskForm.constantOf(IsolationBreach.Changed.class))),
                      fields.list("examples", Function.identity()))),
          plain(TaskEvent.Awaiting.class, TaskEvent.Awaiting::new),
          new Type<>(
              TaskEvent.Terminal.class,
              (tree, event) -> TaskForms.RESULT.put(tree, "result", event.result()),
              (head, fields) ->
                  new TaskEvent.Terminal(head, TaskForms.RESULT.get(fields, "result"))),
          plain(TaskEvent.Pruned.class, TaskEvent.Pruned::new));

  private EventForms() {}

  static void write(ObjectNode tree, TaskEvent event) {
    TYPES.stream().filter(type -> type.is(event)).forEach(type -> type.write(tree, event));
  }

  static TaskEvent read(JsonFields fields) {
    String name = fields.text("type");
    Type<?> found =
        TYPES.stream()
            .filter(type -> type.name().equals(name))
            .findFirst()
            .orElseThrow(
                () -> new StorageException(fields.file(), "its type is not known here", null));
    try {
      return found.read(fields);
    } catch (InvalidRequestException e) {
      throw new StorageException(fields.file(), String.valueOf(e.getMessage()), e);
    }
  }

  private static void writeBreach(ObjectNode tree, IsolationBreach breach) {
    ArrayNode changed = tree.putArray("changed");
    breach.changed().stream().sorted().map(TaskForm::word).forEach(changed::add);
    ArrayNode examples = tree.putArray("examples");
    breach.examples().forEach(examples::add);
  }

  private static void writeChunk(ObjectNode tree, OutputChunk chunk) {
    tree.put("from", chunk.from());
    tree.put("to", chunk.to());
    tree.put("text", chunk.text());
  }

  private static OutputChunk readChunk(JsonFields fields) {
    return new OutputChunk(fields.number("from"), fields.number("to"), fields.text("text"));
  }

  private static <E extends TaskEvent> Type<E> plain(
      Class<E> type, Function<TaskEvent.Head, E> maker) {
    return new Type<>(type, (tree, event) -> {}, (head, fields) -> maker.apply(head));
  }

  /** One type of event, and what it has besides the head. */
  private record Type<E extends TaskEvent>(
      Class<E> type,
      BiConsumer<ObjectNode, E> writer,
      BiFunction<TaskEvent.Head, JsonFields, E> reader) {
    String name() {
      return type.getSimpleName().toLowerCase(Locale.ROOT);
    }

    boolean is(TaskEvent event) {
      return type.isInstance(event);
    }

    void write(ObjectNode tree, TaskEvent event) {
      tree.put("type", name());
      tree.put("task", event.task().value());
      tree.put("kind", event.kind());
      tree.put("epoch", event.epoch());
      tree.put("detached", event.detached());
      tree.put("at", event.at().toString());
      writer.accept(tree, type.cast(event));
    }

    E read(JsonFields fields) {
      TaskEvent.Head head =
          new TaskEvent.Head(
              fields.as("task", TaskId::new),
              fields.text("kind"),
              fields.number("epoch"),
              fields.flag("detached"),
              fields.instant("at"));
      return reader.apply(head, fields);
    }
  }
}
