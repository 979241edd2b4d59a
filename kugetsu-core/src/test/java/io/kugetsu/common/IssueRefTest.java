package io.kugetsu.common;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class IssueRefTest {
  @Test
  void a_forges_issue_names_its_repository() {
    for (String form :
        List.of(
            "github.com/acme/shop#42",
            " github.com/acme/shop#42\n",
            "GitHub.com/acme/shop#42",
            "github.com/acme/shop#42@second")) {
      IssueRef ref = IssueRef.parse(form);
      assertEquals(Optional.of("github.com/acme/shop"), ref.repository(), form);
      assertFalse(ref.isLocal());
    }
    assertEquals(
        "git.example.org:8443/a/b/c.d/e_f",
        IssueRef.parse("git.example.org:8443/a/b/c.d/e_f#7").repository().orElseThrow());
  }

  @Test
  void only_the_domain_ignores_case() {
    assertEquals(IssueRef.parse("GITHUB.com/a/b#1"), IssueRef.parse("github.com/a/b#1"));
    assertEquals("github.com/A/b#1", IssueRef.parse("GITHUB.com/A/b#1").text());
  }

  @Test
  void work_without_an_issue_is_local() {
    IssueRef ref = IssueRef.parse("local:tidy-up@2");

    assertTrue(ref.isLocal());
    assertEquals(Optional.empty(), ref.repository());
    assertEquals("local:tidy-up@2", ref.toString());
  }

  @Test
  void a_server_that_is_called_local_is_a_server() {
    IssueRef ref = IssueRef.parse("LOCAL:3000/acme/shop#1");

    assertFalse(ref.isLocal());
    assertEquals(Optional.of("local:3000/acme/shop"), ref.repository());
    assertFalse(IssueRef.parse("local:3000/acme/shop#1").isLocal());
  }

  @Test
  void anything_else_is_refused_in_one_short_line() {
    for (String bad :
        List.of(
            "",
            "42",
            "#42",
            "shop#42",
            "acme/shop#42",
            "github.com/acme/shop",
            "github.com/acme/shop#",
            "github.com/acme/shop#x",
            "github.com/acme/shop#-1",
            "github.com//shop#1",
            "github.com/../shop#1",
            "github.com/a..b/shop#1",
            "github.com/-a/shop#1",
            "-github.com/a/shop#1",
            "https://github.com/a/shop#1",
            "github.com/a/shop#1@",
            "github.com/a/shop#1@-x",
            "github.com/a/shop#1 2",
            "github.com/a/sh\u00f6p#1",
            "github.com/a/b#1\nx",
            "github.com/" + "a/".repeat(200) + "b#1",
            "local:",
            "local:-x",
            "local:a/b",
            "local:" + "a".repeat(101))) {
      InvalidRequestException refused =
          assertThrows(InvalidRequestException.class, () -> IssueRef.parse(bad), bad);
      assertTrue(refused.getMessage().lines().count() == 1, bad);
      assertTrue(refused.getMessage().length() < 300, bad);
    }
  }
}
