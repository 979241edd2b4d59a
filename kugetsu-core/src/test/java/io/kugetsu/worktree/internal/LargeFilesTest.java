package io.kugetsu.worktree.internal;

import static io.kugetsu.worktree.internal.TestRepository.made;
import static io.kugetsu.worktree.internal.TestRepository.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.worktree.Creation;
import io.kugetsu.worktree.Creation.Reason;
import io.kugetsu.worktree.LfsPolicy;
import io.kugetsu.worktree.WorktreeOptions;
import io.kugetsu.worktree.WorktreeRequest;
import io.kugetsu.worktree.WorktreeService;
import io.kugetsu.worktree.internal.git.Git;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A repository with large files, on a machine with and without the program for them. */
class LargeFilesTest {
  private static final String POINTER =
      "version https://git-lfs.github.com/spec/v1\noid sha256:" + "0".repeat(64) + "\nsize 4\n";

  @TempDir Path temp;
  private TestRepository repository;
  private Path bin;

  @BeforeEach
  void make() throws IOException {
    repository = TestRepository.create(temp);
    bin = Files.createDirectory(repository.home.resolve("bin"));
    // committed before there is a filter, as what the filter would make of the file
    repository.write("big.bin", POINTER);
    repository.commit("big");
    repository.write(".gitattributes", "*.bin filter=lfs -text\n");
    repository.git("add", ".gitattributes");
    repository.git("commit", "-q", "-m", "attributes");
    repository.git("config", "filter.lfs.smudge", "git-lfs smudge -- %f");
    repository.git("config", "filter.lfs.clean", "git-lfs clean -- %f");
    repository.git("config", "filter.lfs.required", "true");
  }

  @Test
  void without_the_program_pointers_are_checked_out() throws IOException {
    assertEquals(POINTER, read(create(LfsPolicy.AUTO)));
    assertEquals(POINTER, read(create(LfsPolicy.SKIP_SMUDGE)));
    assertEquals(0, service().changes(service().find("x0").orElseThrow()).uncommitted());
    TestRepository.removed(service().remove(service().find("x1").orElseThrow()));
  }

  @Test
  void without_the_program_a_worktree_that_requires_the_files_is_refused() {
    String before = repository.traces();

    assertEquals(Reason.LFS_UNAVAILABLE, refused(create(LfsPolicy.REQUIRE)).reason());
    // nor where git was never told of the program, so that the pointers come out unnoticed
    repository.git("config", "--remove-section", "filter.lfs");
    var refused = refused(create(LfsPolicy.REQUIRE));
    assertEquals(Reason.LFS_UNAVAILABLE, refused.reason());
    assertTrue(refused.text().contains("big.bin"), refused.text());
    repository.git("config", "filter.lfs.smudge", "git-lfs smudge -- %f");
    repository.git("config", "filter.lfs.clean", "git-lfs clean -- %f");
    repository.git("config", "filter.lfs.required", "true");
    assertEquals(sorted(before), sorted(repository.traces()));
  }

  @Test
  void with_the_program_the_files_are_there_unless_they_are_not_wanted() throws IOException {
    program("cat > /dev/null; printf big");

    assertEquals("big", read(create(LfsPolicy.AUTO)));
    assertEquals("big", read(create(LfsPolicy.REQUIRE)));
    assertEquals(POINTER, read(create(LfsPolicy.SKIP_SMUDGE)));
  }

  @Test
  void a_program_that_fails_is_a_refusal_that_leaves_nothing() {
    program("echo no server >&2; exit 2");
    String before = repository.traces();

    var refused = refused(create(LfsPolicy.AUTO));

    assertEquals(Reason.LFS_UNAVAILABLE, refused.reason());
    assertTrue(refused.text().contains("no server"), refused.text());
    assertEquals(before, repository.traces());
  }

  private int made;

  private Creation create(LfsPolicy policy) {
    return service(policy).create(WorktreeRequest.branch("x" + made++));
  }

  private WorktreeService service() {
    return service(LfsPolicy.AUTO);
  }

  private WorktreeService service(LfsPolicy policy) {
    Map<String, String> environment = new HashMap<>(repository.environment());
    environment.put("PATH", bin + ":" + environment.get("PATH"));
    WorktreeOptions options = WorktreeOptions.usual().root(repository.root).lfs(policy);
    return new GitWorktrees(new Git(environment), repository.main, options);
  }

  private void program(String script) {
    TestRepository.write(bin.resolve("git-lfs"), "#!/bin/sh\n" + script + "\n");
    TestRepository.makeExecutable(bin.resolve("git-lfs"));
  }

  private static String read(Creation creation) throws IOException {
    return Files.readString(made(creation).path().resolve("big.bin"));
  }

  private static List<String> sorted(String text) {
    return text.lines().sorted().toList();
  }
}
