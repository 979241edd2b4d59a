package io.kugetsu.common;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class LimitsTest {
  private static final LimitKey SESSION = LimitKey.of("session:x");

  @Test
  void a_keys_own_limit_wins_over_that_of_its_kind() {
    Limits limits = Limits.of(8).perKey("provider:*", 4).perKey("provider:acme", 0);

    assertEquals(OptionalInt.of(8), limits.of(LimitKey.AGENTS));
    assertEquals(OptionalInt.of(4), limits.of(LimitKey.of("provider:other")));
    assertEquals(OptionalInt.of(0), limits.of(LimitKey.of("provider:acme")));
    assertEquals(OptionalInt.empty(), limits.of(LimitKey.of("provider")));
    assertEquals(OptionalInt.empty(), limits.of(LimitKey.of("model:acme/large")));
  }

  @Test
  void a_session_has_one_writer_whatever_is_said() {
    assertEquals(OptionalInt.of(1), Limits.none().of(SESSION));
    for (String key : List.of("session:x", "session:*", "session")) {
      assertThrows(InvalidRequestException.class, () -> Limits.none().perKey(key, 2), key);
    }
  }

  @Test
  void bad_limits_are_refused() {
    assertThrows(InvalidRequestException.class, () -> Limits.of(0));
    assertThrows(InvalidRequestException.class, () -> Limits.of(-1));
    assertThrows(InvalidRequestException.class, () -> Limits.none().perKey("build", -1));
    for (String key : List.of("", "*", "Build", "build:", "build:a b", "build:a*", ":x", "a:\n")) {
      assertThrows(InvalidRequestException.class, () -> Limits.none().perKey(key, 1), key);
    }
  }

  @Test
  void a_change_makes_other_limits() {
    Limits before = Limits.of(3);

    assertEquals(Map.of("agents", 5), before.perKey("agents", 5).perKey());
    assertEquals(Map.of("agents", 3), before.perKey());
  }
}
