package io.kugetsu.worktree.internal;

import static io.kugetsu.worktree.Obstacle.Kind.DETACHED_COMMITS;
import static io.kugetsu.worktree.Obstacle.Kind.EMPTY_DIRECTORIES;
import static io.kugetsu.worktree.Obstacle.Kind.HIDDEN_FILES;
import static io.kugetsu.worktree.Obstacle.Kind.IGNORED_FILES;
import static io.kugetsu.worktree.Obstacle.Kind.NESTED_REPOSITORIES;
import static io.kugetsu.worktree.Obstacle.Kind.OPERATION_IN_PROGRESS;
import static io.kugetsu.worktree.Obstacle.Kind.REFLOG_COMMITS;
import static io.kugetsu.worktree.Obstacle.Kind.SPECIAL_FILES;
import static io.kugetsu.worktree.Obstacle.Kind.SUBMODULES;
import static io.kugetsu.worktree.Obstacle.Kind.UNCOMMITTED_CHANGES;
import static io.kugetsu.worktree.Obstacle.Kind.UNKNOWN;
import static io.kugetsu.worktree.Obstacle.Kind.UNTRACKED_FILES;

import io.kugetsu.worktree.Obstacle.Kind;
import io.kugetsu.worktree.Worktree;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Random;

/** Work that can be lost with a worktree, one kind each. */
enum LosableWork {
  EDIT(UNCOMMITTED_CHANGES, true, place -> place.write("a.txt", "changed")),
  STAGED_ONLY(
      UNCOMMITTED_CHANGES,
      true,
      place -> {
        place.write("a.txt", "staged");
        place.git("add", "a.txt");
        place.write("a.txt", "one\n");
      }),
  PARTIALLY_STAGED(
      UNCOMMITTED_CHANGES,
      true,
      place -> {
        place.write("a.txt", "staged");
        place.git("add", "a.txt");
        place.write("a.txt", "and more");
      }),
  INTENT_TO_ADD(
      UNCOMMITTED_CHANGES,
      true,
      place -> {
        place.write("new", "new");
        place.git("add", "--intent-to-add", "new");
      }),
  DELETION(UNCOMMITTED_CHANGES, true, place -> Files.delete(place.path("lib/b.txt"))),
  STAGED_DELETION(UNCOMMITTED_CHANGES, true, place -> place.git("rm", "-q", "lib/b.txt")),
  STAGED_DELETION_OF_A_FILE_THAT_IS_THERE(
      UNCOMMITTED_CHANGES, true, place -> place.git("rm", "-q", "--cached", "lib/b.txt")),
  STAGED_MOVE(UNCOMMITTED_CHANGES, true, place -> place.git("mv", "a.txt", "moved.txt")),
  EXECUTABLE_BIT(UNCOMMITTED_CHANGES, true, place -> place.mode("run.sh", "rwxr-xr-x")),
  EXECUTABLE_BIT_THAT_GIT_IS_TOLD_TO_IGNORE(
      UNCOMMITTED_CHANGES,
      true,
      place -> {
        place.repository.git("config", "core.fileMode", "false");
        place.mode("run.sh", "rwx------");
      }),
  LINK_INSTEAD_OF_A_FILE(
      UNCOMMITTED_CHANGES,
      true,
      place -> {
        Files.delete(place.path("a.txt"));
        Files.createSymbolicLink(place.path("a.txt"), Path.of("lib"));
      }),
  FILE_INSTEAD_OF_A_DIRECTORY(
      UNCOMMITTED_CHANGES,
      true,
      place -> {
        Files.delete(place.path("lib/b.txt"));
        Files.delete(place.path("lib"));
        place.write("lib", "a file");
      }),
  UNTRACKED(UNTRACKED_FILES, true, place -> place.write("deep/new dir/file", "new")),
  UNTRACKED_THAT_THE_SETTINGS_HIDE(
      UNTRACKED_FILES,
      true,
      place -> {
        place.repository.git("config", "status.showUntrackedFiles", "no");
        place.write("new", "new");
      }),
  UNTRACKED_LINKS(
      UNTRACKED_FILES,
      true,
      place -> {
        Files.createSymbolicLink(place.path("dangling"), Path.of("no/such"));
        Files.createSymbolicLink(place.path("outside"), Path.of("/etc"));
        place.shell("ln -s lib/ slash; ln -s lib//b.txt twice; ln -s \"$(printf 'b\\377')\" byte");
      }),
  NAMES_WITH_EVERY_CHARACTER(
      UNTRACKED_FILES,
      true,
      place -> {
        place.write("new\nline", "1");
        place.write("tab\t\"quote\\ $(x) `y` -", "2");
        place.write("näw ☂/\u0001", "3");
        place.write("-leading", "4");
        place.write("Case", "5");
        place.write("case", "6");
        place.write(".git~1", "7");
        place.write("GIT~1/x", "8");
        place.write(".github/w", "9");
      }),
  NAMES_THAT_ARE_NO_TEXT(
      UNTRACKED_FILES,
      true,
      place -> {
        Path bytes = Path.of(URI.create(place.tree.path().toUri() + "a%FF%80b"));
        Files.writeString(bytes, "no text");
        Path below = Path.of(URI.create(place.tree.path().toUri() + "d%FE/e%FD"));
        Files.createDirectory(below.getParent());
        Files.writeString(below, "below");
      }),
  HOSTILE_SETTINGS_OF_GIT_AS_FILES(
      UNTRACKED_FILES,
      true,
      place -> {
        Files.createSymbolicLink(place.path(".gitmodules"), Path.of("/etc/passwd"));
        Files.createSymbolicLink(place.path("lib/.gitignore"), Path.of("x"));
        place.write("lib/.gitattributes", "x".repeat(5000));
      }),
  BYTES_OF_ALL_KINDS(
      UNTRACKED_FILES,
      true,
      place -> {
        byte[] bytes = new byte[300_000];
        new Random(1).nextBytes(bytes);
        Files.write(place.path("random"), bytes);
        place.write("empty", "");
        place.write("no end of line", "a\r\nb\rc");
      }),
  MODES_THAT_GIT_DOES_NOT_KNOW(
      UNTRACKED_FILES,
      true,
      place -> {
        place.write("secret", "x");
        place.mode("secret", "rw-------");
        place.write("dir/file", "x");
        place.mode("dir/file", "r--r--r--");
        place.mode("dir", "r-xr-x---");
      }),
  IGNORED(IGNORED_FILES, true, place -> place.write(".env", "KEY=1")),
  IGNORED_DIRECTORY(
      IGNORED_FILES,
      true,
      place -> {
        place.write("build/out/x.class", "x");
        Files.createDirectories(place.path("build/empty"));
      }),
  EXCLUDED_BY_THE_REPOSITORYS_OWN_LIST(
      IGNORED_FILES,
      true,
      place -> {
        place.repository.write(".git/info/exclude", "notes.md\n");
        place.write("lib/notes.md", "notes");
      }),
  ASSUME_UNCHANGED(
      HIDDEN_FILES,
      true,
      place -> {
        place.git("update-index", "--assume-unchanged", "a.txt");
        place.write("a.txt", "changed");
      }),
  ASSUME_UNCHANGED_AND_GONE(
      HIDDEN_FILES,
      true,
      place -> {
        place.git("update-index", "--assume-unchanged", "a.txt");
        Files.delete(place.path("a.txt"));
      }),
  SKIP_WORKTREE(
      HIDDEN_FILES,
      true,
      place -> {
        place.git("update-index", "--skip-worktree", "lib/b.txt");
        place.write("lib/b.txt", "changed");
      }),
  SPARSE_CHECKOUT_WITH_AN_EDIT(
      UNCOMMITTED_CHANGES,
      true,
      place -> {
        place.git("sparse-checkout", "set", "--cone", "--sparse-index", "nothing");
        place.write("a.txt", "changed");
      }),
  SPLIT_INDEX(
      UNCOMMITTED_CHANGES,
      true,
      place -> {
        place.git("update-index", "--split-index");
        place.write("a.txt", "changed");
        place.git("add", "a.txt");
      }),
  EMPTY_DIRECTORY(
      EMPTY_DIRECTORIES, true, place -> Files.createDirectories(place.path("some/where"))),
  CONFLICT_WITHOUT_A_MERGE(
      UNCOMMITTED_CHANGES,
      true,
      place -> {
        place.write("a.txt", "stashed\n");
        place.git("stash");
        place.write("a.txt", "other\n");
        place.repository.commitIn(place.tree.path(), "other");
        place.tryGit("stash", "pop");
        place.git("stash", "drop");
      }),
  DETACHED(
      DETACHED_COMMITS,
      true,
      place -> {
        place.git("checkout", "-q", "--detach");
        place.write("a.txt", "detached");
        place.repository.commitIn(place.tree.path(), "detached");
      }),
  COMMITS_THAT_ONLY_THE_REFLOG_KNOWS(
      REFLOG_COMMITS,
      true,
      place -> {
        place.git("checkout", "-q", "--detach");
        place.write("a.txt", "detached");
        place.repository.commitIn(place.tree.path(), "detached");
        place.git("checkout", "-q", "x");
      }),
  OWN_REF(
      DETACHED_COMMITS,
      true,
      place -> {
        place.repository.commitIn(place.tree.path(), "kept aside");
        place.git("update-ref", "refs/worktree/aside", "HEAD");
        place.git("reset", "-q", "--hard", "HEAD~1");
      }),
  OWN_REF_TO_A_FILE(
      UNKNOWN,
      false,
      place -> {
        place.write("aside", "content");
        String id = place.git("hash-object", "-w", "aside");
        Files.delete(place.path("aside"));
        place.git("update-ref", "refs/worktree/aside", id);
      }),
  UNBORN_BRANCH(
      UNCOMMITTED_CHANGES,
      true,
      place -> {
        place.git("checkout", "-q", "--orphan", "fresh");
        place.write("a.txt", "first");
      }),
  BRANCH_DELETED_UNDER_IT(
      UNCOMMITTED_CHANGES,
      true,
      place -> {
        place.repository.commitIn(place.tree.path(), "only here");
        place.repository.git("update-ref", "-d", "refs/heads/x");
      }),
  OTHER_BRANCH(
      UNTRACKED_FILES,
      true,
      place -> {
        place.git("checkout", "-q", "-b", "other");
        place.repository.commitIn(place.tree.path(), "on another");
        place.write("new", "new");
      }),
  LINE_ENDS_THAT_GIT_WOULD_CHANGE(
      UNCOMMITTED_CHANGES,
      true,
      place -> {
        place.repository.git("config", "core.autocrlf", "true");
        place.write("lib/b.txt", "two\nthree\r\n");
        place.write("crlf.txt", "1\r\n2\r\n");
      }),
  FILTERS_THAT_GIT_WOULD_RUN(
      UNTRACKED_FILES,
      true,
      place -> {
        place.repository.git("config", "filter.up.clean", "tr a-z A-Z");
        place.repository.git("config", "filter.up.smudge", "tr A-Z a-z");
        place.repository.git("config", "filter.up.required", "true");
        place.write(
            ".gitattributes", "*.up filter=up\n*.id ident\n*.16 working-tree-encoding=UTF-16\n");
        place.write("x.up", "MiXed");
        place.write("x.id", "$Id$");
        place.write("x.16", "no utf-16");
      }),
  MERGE(OPERATION_IN_PROGRESS, false, place -> place.conflict("merge", "main")),
  REBASE(OPERATION_IN_PROGRESS, false, place -> place.conflict("rebase", "main")),
  REBASE_WITH_NOTHING_TO_SEE(
      OPERATION_IN_PROGRESS,
      false,
      place -> {
        place.conflict("rebase", "main");
        place.git("checkout", "-q", "HEAD", "--", ".");
      }),
  CHERRY_PICK(OPERATION_IN_PROGRESS, false, place -> place.conflict("cherry-pick", "main")),
  SEQUENCE_OF_PICKS(
      OPERATION_IN_PROGRESS, false, place -> place.conflict("cherry-pick", "main~1", "main")),
  REVERT(OPERATION_IN_PROGRESS, false, place -> place.conflict("revert", "--no-edit", "main")),
  BISECT(OPERATION_IN_PROGRESS, false, place -> place.git("bisect", "start")),
  MAILBOX(
      OPERATION_IN_PROGRESS,
      false,
      place -> {
        place.repository.write("a.txt", "mailed\n");
        place.repository.commit("mailed");
        String patch = place.repository.git("format-patch", "-1", "--stdout", "main");
        place.repository.write("../patch", patch + "\n");
        place.write("a.txt", "ours\n");
        place.repository.commitIn(place.tree.path(), "ours");
        place.tryGit("am", "../../patch");
      }),
  GIT_AT_WORK(
      OPERATION_IN_PROGRESS,
      false,
      place -> place.repository.write(".git/worktrees/x/index.lock", "")),
  NESTED_REPOSITORY(
      NESTED_REPOSITORIES,
      false,
      place -> place.repository.git("clone", "-q", ".", place.path("inner").toString())),
  NESTED_REPOSITORY_WITHOUT_COMMITS(
      NESTED_REPOSITORIES,
      false,
      place -> place.repository.git("init", "-q", place.path("inner").toString())),
  NESTED_REPOSITORY_IN_A_TRACKED_DIRECTORY(
      NESTED_REPOSITORIES,
      false,
      place -> place.repository.git("init", "-q", place.path("lib").toString())),
  NESTED_REPOSITORY_AMONG_IGNORED_FILES(
      IGNORED_FILES,
      false,
      place -> place.repository.git("clone", "-q", ".", place.path("build/inner").toString())),
  NESTED_WORKTREE(
      NESTED_REPOSITORIES,
      false,
      place ->
          place.repository.git("worktree", "add", "-q", "-b", "y", place.path("inner").toString())),
  SOMETHING_CALLED_GIT(
      NESTED_REPOSITORIES, false, place -> place.write("new/.git/notes", "no repository")),
  SUBMODULE_WITH_COMMITS(
      SUBMODULES,
      true,
      place -> {
        Path sub = place.submodule();
        place.repository.commitIn(sub, "work");
        place.git("add", "sub");
        place.git("commit", "-q", "-m", "bump");
      }),
  SUBMODULE_WITH_CHANGES(
      SUBMODULES, true, place -> TestRepository.write(place.submodule().resolve("a.txt"), "x")),
  SUBMODULE_WITH_IGNORED_FILES(
      SUBMODULES, true, place -> TestRepository.write(place.submodule().resolve(".env"), "x")),
  SUBMODULE_WITH_A_STASH(
      SUBMODULES,
      true,
      place -> {
        Path sub = place.submodule();
        TestRepository.write(sub.resolve("a.txt"), "x");
        place.repository.gitIn(sub, "stash");
      }),
  SUBMODULE_THAT_WAS_TAKEN_OUT(
      SUBMODULES,
      true,
      place -> {
        place.repository.commitIn(place.submodule(), "work");
        place.git("submodule", "-q", "deinit", "-f", "sub");
      }),
  FILES_WHERE_A_SUBMODULE_WAS_TO_BE(
      SUBMODULES,
      true,
      place -> {
        place.submodule();
        place.git("submodule", "-q", "deinit", "-f", "sub");
        place.write("sub/file", "x");
      }),
  SUBMODULE_WITH_NOTHING_OF_ITS_OWN(
      UNTRACKED_FILES,
      true,
      place -> {
        place.submodule();
        place.write("new", "new");
      }),
  SUBMODULE_WITH_DETACHED_COMMITS(
      SUBMODULES,
      true,
      place -> {
        Path sub = place.submodule();
        place.repository.gitIn(sub, "checkout", "-q", "--detach");
        place.repository.commitIn(sub, "detached");
      }),
  SUBMODULE_WITH_COMMITS_THAT_ONLY_ITS_REFLOG_KNOWS(
      SUBMODULES,
      true,
      place -> {
        Path sub = place.submodule();
        place.repository.commitIn(sub, "forgotten");
        place.repository.gitIn(sub, "reset", "-q", "--hard", "HEAD~1");
      }),
  SUBMODULE_WITH_STAGED_AND_OTHER_FILES(
      SUBMODULES,
      true,
      place -> {
        Path sub = place.submodule();
        TestRepository.write(sub.resolve("a.txt"), "staged");
        place.repository.gitIn(sub, "add", "a.txt");
        TestRepository.write(sub.resolve("a.txt"), "one\n");
        TestRepository.write(sub.resolve("new dir/new"), "new");
        place.repository.gitIn(sub, "update-index", "--assume-unchanged", "run.sh");
        TestRepository.write(sub.resolve("run.sh"), "hidden");
        Files.createDirectory(sub.resolve("empty"));
        Files.createSymbolicLink(sub.resolve("link"), Path.of("no/such"));
      }),
  SUBMODULE_IN_A_SUBMODULE(
      SUBMODULES,
      true,
      place -> {
        Path inner = place.submoduleIn(place.submodule());
        place.repository.commitIn(inner, "work");
        TestRepository.write(inner.resolve("new"), "new");
      }),
  SUBMODULE_REPLACED_BY_A_FILE(
      UNCOMMITTED_CHANGES,
      true,
      place -> {
        place.submodule();
        place.shell("rm -r sub");
        place.write("sub", "a file");
      }),
  SUBMODULE_IN_A_MERGE(
      OPERATION_IN_PROGRESS,
      false,
      place -> {
        Path sub = place.submodule();
        place.repository.commitIn(sub, "work");
        place.repository.gitIn(sub, "checkout", "-q", "-b", "side", "HEAD~1");
        place.repository.commitIn(sub, "side");
        place.repository.gitIn(sub, "merge", "-q", "--no-commit", "main");
      }),
  SUBMODULE_WITH_ITS_REPOSITORY_INSIDE(
      NESTED_REPOSITORIES,
      false,
      place -> {
        Path module = place.module();
        place.repository.git("clone", "-q", module.toString(), place.path("sub").toString());
        place.git("submodule", "-q", "add", module.toString(), "sub");
      }),
  SUBMODULE_WITH_A_WORKTREE(
      NESTED_REPOSITORIES,
      false,
      place ->
          place.repository.gitIn(
              place.submodule(),
              "worktree",
              "add",
              "-q",
              place.repository.home.resolve("else").toString())),
  PIPE(SPECIAL_FILES, false, place -> place.shell("mkfifo pipe")),
  PIPE_BESIDE_TRACKED_FILES(
      SPECIAL_FILES,
      false,
      place -> {
        place.shell("mkfifo lib/pipe");
        place.write("new", "new");
      }),
  DAMAGED_INDEX(
      UNKNOWN, false, place -> place.repository.write(".git/worktrees/x/index", "damaged"));

  final Kind kind;
  final boolean isRescued;
  private final Work work;

  LosableWork(Kind kind, boolean isRescued, Work work) {
    this.kind = kind;
    this.isRescued = isRescued;
    this.work = work;
  }

  void in(Place place) throws IOException {
    work.in(place);
  }

  /** Does it. */
  private interface Work {
    void in(Place place) throws IOException;
  }

  /** Where it is done. */
  record Place(TestRepository repository, Worktree tree) {
    Path path(String file) {
      return tree.path().resolve(file);
    }

    void write(String file, String text) {
      TestRepository.write(path(file), text);
    }

    void mode(String file, String permissions) throws IOException {
      Files.setPosixFilePermissions(path(file), PosixFilePermissions.fromString(permissions));
    }

    String git(String... arguments) {
      return repository.gitIn(tree.path(), arguments);
    }

    void tryGit(String... arguments) {
      repository.tryGitIn(tree.path(), arguments);
    }

    void shell(String script) throws IOException {
      Process process =
          new ProcessBuilder("/bin/sh", "-c", script)
              .directory(tree.path().toFile())
              .redirectErrorStream(true)
              .start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.onExit().join().exitValue() != 0) {
        throw new IOException(said);
      }
    }

    /** Begins something that cannot go on by itself, on a commit that was only on main before. */
    void conflict(String... operation) {
      for (String text : new String[] {"theirs\n", "theirs too\n"}) {
        repository.write("a.txt", text);
        repository.commit(text);
      }
      write("a.txt", "ours\n");
      repository.commitIn(tree.path(), "ours");
      tryGit(operation);
    }

    /** A submodule with nothing in it that is not elsewhere. */
    Path submodule() {
      return submoduleIn(tree.path());
    }

    Path submoduleIn(Path directory) {
      String module = module().toString();
      String[] add = {"-c", "protocol.file.allow=always", "submodule", "-q", "add", module, "sub"};
      repository.gitIn(directory, add);
      repository.gitIn(directory, "commit", "-q", "-m", "submodule");
      return directory.resolve("sub");
    }

    Path module() {
      Path module = repository.home.resolve("module");
      if (!Files.exists(module)) {
        repository.git("clone", "-q", repository.main.toString(), module.toString());
      }
      return module;
    }
  }
}
