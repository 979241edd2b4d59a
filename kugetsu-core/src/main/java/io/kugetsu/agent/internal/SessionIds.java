package io.kugetsu.agent.internal;

import java.util.Optional;

/** Identifiers of sessions as agents print them, which come back as arguments one day. */
final class SessionIds {
  private SessionIds() {}

  /** The identifier, if it is safe as an argument: no option, no blank, no path. */
  static Optional<String> safe(String id) {
    return id.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,99}") ? Optional.of(id) : Optional.empty();
  }
}
