package io.kugetsu.worktree.internal;

import static io.kugetsu.worktree.internal.TestRepository.made;
import static io.kugetsu.worktree.internal.TestRepository.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.common.InvalidRequestException;
import io.kugetsu.worktree.Creation.Reason;
import io.kugetsu.worktree.Worktree;
import io.kugetsu.worktree.WorktreeRequest;
import io.kugetsu.worktree.WorktreeService;
import io.kugetsu.worktree.internal.registry.Names;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NamesTest {
  /** Pairs that are the same by eye, by case, by form or once they are shortened. */
  private static final List<String> ALIKE =
      List.of(
          "a/b",
          "a-b",
          "a_b",
          "a.b",
          "a／b",
          "a∕b",
          "a⁄b",
          "a．b",
          "a․b",
          "A/B",
          "a/B",
          "\u00e9",
          "e\u0301",
          "e",
          "\u0435",
          "ｅ",
          "stra\u00dfe",
          "strasse",
          "\u212a",
          "k",
          "\u0131",
          "i",
          "x".repeat(60),
          "x".repeat(61),
          "x".repeat(40) + "/a",
          "x".repeat(40) + "/b",
          "con",
          "CON",
          "con.txt",
          "lpt1",
          "aux/x",
          "nul",
          "-",
          "--",
          "日本",
          "日木",
          "$(x)",
          "`x`",
          "x",
          "..x",
          "issue#14",
          "issue-14");

  @Test
  void names_made_for_branches_are_safe_everywhere_and_never_the_same() {
    Set<String> branches = new LinkedHashSet<>(ALIKE);
    Random random = new Random(7);
    String characters = "aAbB-_./#$ (é\u0301ß／日0";
    while (branches.size() < 20_000) {
      StringBuilder branch = new StringBuilder();
      for (int length = 1 + random.nextInt(8); length > 0; length--) {
        branch.append(characters.charAt(random.nextInt(characters.length())));
      }
      branches.add(branch.toString());
    }
    Map<String, String> known = new HashMap<>();

    for (String branch : branches) {
      String name = Names.forBranch(branch);
      assertTrue(Names.isValid(name), branch + " -> " + name);
      String other = known.put(name, branch);
      assertTrue(other == null, other + " and " + branch + " are both " + name);
    }
  }

  @Test
  void a_name_of_a_device_of_windows_is_given_to_nothing() {
    for (String name : List.of("con", "prn", "aux", "nul", "com1", "lpt9")) {
      assertThrows(
          InvalidRequestException.class, () -> WorktreeRequest.branch("x").named(name), name);
      assertFalse(Names.forBranch(name).equals(name));
    }
    assertEquals("console", Names.forBranch("console"));
  }

  @Test
  void what_is_no_plain_word_is_no_name() {
    for (String name :
        List.of(
            "", ".", "..", "-x", "a/b", "a\\b", "A", "a b", "a\0", "ä", "a\n", "x".repeat(61))) {
      assertThrows(
          InvalidRequestException.class, () -> WorktreeRequest.branch("x").named(name), name);
    }
  }

  @Test
  void branches_that_look_alike_get_places_of_their_own_below_the_root(@TempDir Path temp) {
    TestRepository repository = TestRepository.create(temp);
    WorktreeService service = repository.service();

    for (String branch : List.of("a／․․／b", "a．．／etc", "$(x)", "日本", "a%2e%2e%2fb")) {
      Worktree tree = made(service.create(WorktreeRequest.branch(branch)));
      assertEquals(repository.root, tree.path().getParent(), branch);
      assertEquals("refs/heads/" + branch, repository.gitIn(tree.path(), "symbolic-ref", "HEAD"));
    }
    assertEquals(5, service.list().size());
  }

  @Test
  void branches_that_a_file_system_may_take_for_one_are_refused(@TempDir Path temp) {
    TestRepository repository = TestRepository.create(temp);
    WorktreeService service = repository.service();
    repository.git("branch", "caf\u00e9");
    repository.git("branch", "stra\u00dfe");
    repository.git("branch", "Kelvin");

    for (String branch : List.of("cafe\u0301", "CAF\u00c9", "STRASSE", "\u212aelvin", "kelvin")) {
      assertEquals(
          Reason.SIMILAR_BRANCH,
          refused(service.create(WorktreeRequest.branch(branch))).reason(),
          branch);
    }
    assertEquals(
        Reason.CONFLICTING_BRANCH,
        refused(service.create(WorktreeRequest.branch("CAFE\u0301/x"))).reason());
  }

  @Test
  void what_cannot_be_seen_is_in_no_branch(@TempDir Path temp) {
    TestRepository repository = TestRepository.create(temp);
    String before = repository.traces();

    for (String branch :
        List.of(
            "a\u200bb",
            "a\u202eb",
            "\ufeffa",
            "a\u2028b",
            "a\u00adb",
            "a\ud800",
            "a\u2066b",
            "x".repeat(300),
            ("x".repeat(200) + "/").repeat(6) + "x")) {
      assertEquals(
          Reason.INVALID_BRANCH,
          refused(repository.service().create(WorktreeRequest.branch(branch))).reason(),
          branch);
    }
    assertEquals(before, repository.traces());
  }
}
