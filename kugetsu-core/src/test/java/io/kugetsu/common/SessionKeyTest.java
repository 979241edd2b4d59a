package io.kugetsu.common;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SessionKeyTest {
  private static final Path SHOP = Path.of("/shop");

  @Test
  void refs_that_look_alike_have_keys_of_their_own() {
    List<String> refs =
        List.of(
            "h/a/b-c#1",
            "h/a-b/c#1",
            "h/a/b/c#1",
            "h/a/b.c#1",
            "h/A/b-c#1",
            "h/a/b-c#1@x",
            "h/a/b-c-1#1",
            "h:1/a/b-c#1",
            "local:h-a-b-c-1");
    Set<SessionKey> keys = new HashSet<>();
    for (String ref : refs) {
      assertTrue(keys.add(SessionKey.of(IssueRef.parse(ref), SHOP)), ref);
    }
  }

  @Test
  void a_key_is_readable_and_always_the_same() {
    SessionKey key = SessionKey.of(IssueRef.parse("github.com/acme/shop#42"), SHOP);

    assertTrue(key.value().matches("github-com-acme-shop-42-[0-9a-f]{10}"), key.value());
    assertEquals(key, SessionKey.of(IssueRef.parse("GitHub.com/acme/shop#42"), Path.of("/other")));
    assertEquals(key, new SessionKey(key.value()));
  }

  @Test
  void the_same_local_name_in_two_clones_is_two_sessions() {
    IssueRef ref = IssueRef.parse("local:tidy");

    assertNotEquals(SessionKey.of(ref, SHOP), SessionKey.of(ref, Path.of("/other")));
  }

  @Test
  void a_long_ref_keeps_its_end_and_a_key_stays_short() {
    String value =
        SessionKey.of(IssueRef.parse("github.com/" + "long/".repeat(40) + "shop#123456"), SHOP)
            .value();

    assertTrue(value.length() <= 51, value);
    assertTrue(value.contains("shop-123456-"), value);
  }

  @Test
  void what_is_no_key_is_refused() {
    for (String bad :
        List.of("", "a", "../x-0123456789", "-a-0123456789", "A-0123456789", "a-012345678g")) {
      assertThrows(InvalidRequestException.class, () -> new SessionKey(bad), bad);
    }
  }
}
