package io.kugetsu.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.config.SecretMasker.Span;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class SecretMaskerTest {
  private static final JsonMapper JSON = new JsonMapper();
  private static final SecretMasker BARE = SecretMasker.of(Map.of());

  @Test
  void a_value_of_a_secret_variable_is_masked_wherever_it_stands() {
    SecretMasker masker =
        SecretMasker.of(
            Map.of("GITHUB_TOKEN", "ghp_abcdef", "my_password", "hunter22", "A", "xyzxyz"));

    assertEquals(
        "xyzxyz ***MASKED***, x***MASKED***y", masker.apply("xyzxyz ghp_abcdef, xhunter22y"));
  }

  @Test
  void the_longer_of_two_values_goes_first() {
    SecretMasker masker =
        SecretMasker.of(Map.of("A_TOKEN", "secret", "B_TOKEN", "secret-and-more"));

    assertEquals("***MASKED***", masker.apply("secret-and-more"));
  }

  @Test
  void a_value_that_would_blank_out_words_is_left_alone() {
    assertEquals("true or not", SecretMasker.of(Map.of("USE_TOKEN", "true")).apply("true or not"));
  }

  @Test
  void a_value_of_several_lines_is_masked_also_line_by_line() {
    SecretMasker masker =
        SecretMasker.of(Map.of("APP_SECRET", "-----BEGIN KEY-----\nMIIEvQIBADAN\nx=\n"));

    assertEquals("***MASKED***", masker.apply("-----BEGIN KEY-----\nMIIEvQIBADAN\nx=\n"));
    assertEquals("***MASKED***", masker.apply("-----BEGIN KEY-----"));
    assertEquals("key: ***MASKED***", masker.apply("key: MIIEvQIBADAN"));
    assertEquals("x=", masker.apply("x="));
  }

  @Test
  void a_value_is_found_as_it_looks_inside_json() {
    String value = "a\"b\\c\nd\te/ü";
    SecretMasker masker = SecretMasker.of(Map.of("A_SECRET", value));

    String line = masker.apply(JSON.writeValueAsString(Map.of("text", "see " + value)));

    assertEquals("{\"text\":\"see ***MASKED***\"}", line);
  }

  @Test
  void an_assignment_to_a_secret_name_is_masked_by_name() {
    assertEquals("X_TOKEN=***MASKED***", BARE.apply("X_TOKEN=abc"));
    assertEquals("export API_KEY=***MASKED*** next", BARE.apply("export API_KEY=abc next"));
    assertEquals("PASSWORD='***MASKED***' x", BARE.apply("PASSWORD='two words' x"));
    assertEquals("PASSWORD=\"***MASKED***\" x", BARE.apply("PASSWORD=\"it's, two\" x"));
    assertEquals("{\"A_SECRET\" : \"***MASKED***\"}", BARE.apply("{\"A_SECRET\" : \"two words\"}"));
    assertEquals("MONKEY=banana", BARE.apply("MONKEY=banana"));
    assertEquals("PASSWORD=", BARE.apply("PASSWORD="));
    assertEquals("PASSWORD=\"\" b=\"c\"", BARE.apply("PASSWORD=\"\" b=\"c\""));
  }

  @Test
  void a_password_in_an_address_is_masked_and_the_host_is_not() {
    assertEquals("https://user:***MASKED***@host/x", BARE.apply("https://user:hunter2@host/x"));
    assertEquals("http://localhost:80/a@b", BARE.apply("http://localhost:80/a@b"));
  }

  @Test
  void a_masked_line_of_json_is_still_json() {
    for (String text :
        List.of(
            "API_KEY=\"abc\"",
            "API_KEY='abc",
            "{\"X_TOKEN\":\"abc\"}",
            "PASSWORD=a\\b",
            "PASSWORD=\"two words\"\nnext",
            "PASSWORD=\"never closed",
            "PASSWORD=\"ends in \\",
            "http://a:b\n@c http://u:p@h",
            "TOKEN=\n")) {
      String line = JSON.writeValueAsString(Map.of("type", "text", "text", text));
      String twice = JSON.writeValueAsString(Map.of("type", "text", "text", line));
      assertEquals("text", JSON.readTree(BARE.apply(line)).path("type").asString(), text);
      assertEquals("text", JSON.readTree(BARE.apply(twice)).path("type").asString(), text);
      assertFalse(BARE.apply(twice).contains("abc"), text);
    }
  }

  @Test
  void the_places_are_those_that_are_masked() {
    SecretMasker masker =
        SecretMasker.of(Map.of("A_TOKEN", "abcabc", "B_TOKEN", "bcabcd", "C_TOKEN", "123456"));

    assertEquals(List.of(), masker.spans("nothing"));
    assertEquals(List.of(new Span(2, 9)), masker.spans("x abcabcd x"), "they overlap");
    assertEquals(List.of(new Span(0, 9)), masker.spans("abcabcabc"), "with itself");
    assertEquals(List.of(new Span(0, 12)), masker.spans("123456123456"), "they touch");
    assertEquals(
        List.of(new Span(8, 11), new Span(20, 23)), masker.spans("X_TOKEN=abc ftp://u:pwd@h"));
    assertEquals(List.of(new Span(10, 19)), masker.spans("PASSWORD='two words' x"));
  }

  @Test
  void a_value_that_overlaps_itself_all_along_is_one_place() {
    SecretMasker masker = SecretMasker.of(Map.of("A_TOKEN", "aaaaaaaa"));

    assertEquals(List.of(new Span(0, 4 << 20)), masker.spans("a".repeat(4 << 20)));
  }

  @Test
  void a_line_of_megabytes_is_masked_at_once() {
    for (String piece : List.of("TOKEN", "API_KEY=", "a-", "a://b:", "\\\"", "A\"")) {
      String line = piece.repeat((4 << 20) / piece.length());
      assertTimeoutPreemptively(Duration.ofSeconds(20), () -> BARE.apply(line), piece);
    }
  }

  @Test
  void names_are_secret_by_what_they_contain() {
    for (String name :
        List.of("GITEA_TOKEN", "ANTHROPIC_API_KEY", "DB_PASSWORD_2", "npm_config_authToken")) {
      assertTrue(SecretMasker.isSecretName(name), name);
    }
    for (String name : List.of("PATH", "KEY", "PASS", "API-KEY")) {
      assertFalse(SecretMasker.isSecretName(name), name);
    }
  }
}
