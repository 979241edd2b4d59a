package io.kugetsu.task.internal;

import static io.kugetsu.task.internal.TaskForm.constantOf;
import static io.kugetsu.task.internal.TaskForm.word;

import io.kugetsu.common.IssueRef;
import io.kugetsu.common.LimitKey;
import io.kugetsu.common.SessionKey;
import io.kugetsu.common.StopReason;
import io.kugetsu.common.TaskId;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.internal.JsonFields;
import io.kugetsu.task.FailureType;
import io.kugetsu.task.Outcome;
import io.kugetsu.task.TaskEvent;
import io.kugetsu.task.TaskInfo;
import io.kugetsu.task.TaskResult;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The JSON forms of tasks. */
public final class TaskForms {
  static final TaskForm<StopReason> STOP =
      new TaskForm<>("stop", TaskForms::writeStop, TaskForms::readStop);
  static final TaskForm<Outcome> OUTCOME =
      new TaskForm<>("outcome", TaskForms::writeOutcome, TaskForms::readOutcome);

  /** Of a task. */
  public static final TaskForm<TaskInfo> INFO =
      new TaskForm<>("task", TaskForms::writeInfo, TaskForms::readInfo);

  /** Of a task and its end. */
  public static final TaskForm<TaskResult> RESULT =
      new TaskForm<>("result", TaskForms::writeResult, TaskForms::readResult);

  /** Of an event. */
  public static final TaskForm<TaskEvent> EVENT =
      new TaskForm<>("event", EventForms::write, EventForms::read);

  private TaskForms() {}

  private static void writeInfo(ObjectNode tree, TaskInfo info) {
    tree.put("id", info.id().value());
    tree.put("kind", info.kind());
    tree.put("description", info.description());
    tree.put("status", word(info.status()));
    tree.put("detached", info.detached());
    tree.put("epoch", info.epoch());
    tree.put("attempts", info.attempts());
    ArrayNode keys = tree.putArray("limitKeys");
    info.limitKeys().stream().sorted().forEach(key -> keys.add(key.value()));
    info.ref().ifPresent(ref -> tree.put("ref", ref.text()));
    info.session().ifPresent(session -> tree.put("session", session.value()));
    tree.put("createdAt", info.createdAt().toString());
    info.startedAt().ifPresent(at -> tree.put("startedAt", at.toString()));
    info.endedAt().ifPresent(at -> tree.put("endedAt", at.toString()));
    info.stop().ifPresent(stop -> STOP.put(tree, "stop", stop));
  }

  private static TaskInfo readInfo(JsonFields fields) {
    return new TaskInfo(
        fields.as("id", TaskId::new),
        fields.text("kind"),
        textOrEmpty(fields, "description"),
        fields.as("status", constantOf(TaskStatus.class)),
        fields.flag("detached"),
        fields.number("epoch"),
        fields.smallNumber("attempts"),
        Set.copyOf(fields.list("limitKeys", LimitKey::new)),
        Optional.ofNullable(fields.optionalAs("ref", IssueRef::new)),
        Optional.ofNullable(fields.optionalAs("session", SessionKey::new)),
        fields.instant("createdAt"),
        Optional.ofNullable(fields.optionalInstant("startedAt")),
        Optional.ofNullable(fields.optionalInstant("endedAt")),
        Optional.ofNullable(STOP.optional(fields, "stop")));
  }

  private static void writeResult(ObjectNode tree, TaskResult result) {
    INFO.put(tree, "task", result.info());
    OUTCOME.put(tree, "outcome", result.outcome());
  }

  private static TaskResult readResult(JsonFields fields) {
    return new TaskResult(INFO.get(fields, "task"), OUTCOME.get(fields, "outcome"));
  }

  private static void writeOutcome(ObjectNode tree, Outcome outcome) {
    putUnlessEmpty(tree, "answer", outcome.answer());
    outcome.exitCode().ifPresent(code -> tree.put("exitCode", code));
    outcome.signal().ifPresent(signal -> tree.put("signal", signal));
    outcome.failure().ifPresent(failure -> tree.put("failure", word(failure)));
    putUnlessEmpty(tree, "error", outcome.error());
    putUnlessEmpty(tree, "changes", outcome.changes());
    putUnlessEmpty(tree, "lastOutput", outcome.lastOutput());
  }

  private static Outcome readOutcome(JsonFields fields) {
    return new Outcome(
        textOrEmpty(fields, "answer"),
        fields.tree().hasNonNull("exitCode")
            ? OptionalInt.of(fields.smallNumber("exitCode"))
            : OptionalInt.empty(),
        Optional.ofNullable(fields.optionalText("signal")),
        Optional.ofNullable(fields.optionalAs("failure", constantOf(FailureType.class))),
        textOrEmpty(fields, "error"),
        textOrEmpty(fields, "changes"),
        textOrEmpty(fields, "lastOutput"));
  }

  private static void writeStop(ObjectNode tree, StopReason stop) {
    tree.put("origin", word(stop.origin()));
    putUnlessEmpty(tree, "text", stop.text());
  }

  private static StopReason readStop(JsonFields fields) {
    return new StopReason(
        fields.as("origin", constantOf(StopReason.Origin.class)), textOrEmpty(fields, "text"));
  }

  private static void putUnlessEmpty(ObjectNode tree, String field, String text) {
    if (!text.isEmpty()) {
      tree.put(field, text);
    }
  }

  private static String textOrEmpty(JsonFields fields, String field) {
    String text = fields.optionalText(field);
    return text == null ? "" : text;
  }
}
