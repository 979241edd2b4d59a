package io.kugetsu.task.internal;

import io.kugetsu.common.TaskId;
import io.kugetsu.config.SecretMasker;
import io.kugetsu.task.CommandSpec;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;

/**
 * What removes secrets from what is read of a task. The host's are known to everybody; those that a
 * command was given of its own are known to this instance only, and are never written down.
 */
final class Maskers {
  private final SecretMasker shared;
  private final Map<TaskId, UnaryOperator<String>> own = new ConcurrentHashMap<>();

  Maskers(Map<String, String> environment) {
    this.shared = SecretMasker.of(environment);
  }

  /** What removes the secrets of the host. */
  UnaryOperator<String> shared() {
    return shared;
  }

  /** What removes the secrets that are known of a task. */
  UnaryOperator<String> of(TaskId id) {
    return own.getOrDefault(id, shared);
  }

  /** Most commands have no secrets of their own and share one masker. */
  void learn(TaskId id, CommandSpec spec) {
    if (hasSecrets(spec)) {
      Map<String, String> all = new HashMap<>(spec.environment(Map.of()));
      all.keySet().removeIf(name -> !SecretMasker.isSecretName(name));
      // the host's by their values, whatever the command's own have for a name
      UnaryOperator<String> commands = SecretMasker.of(all);
      own.put(id, text -> shared.apply(commands.apply(text)));
    }
  }

  /** Whether a command was given secrets that no other instance can know. */
  static boolean hasSecrets(CommandSpec spec) {
    return spec.environment(Map.of()).keySet().stream().anyMatch(SecretMasker::isSecretName);
  }

  /** Nothing is kept of the task any more. */
  void forget(TaskId id) {
    own.remove(id);
  }
}
