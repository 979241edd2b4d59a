package io.kugetsu.worktree.internal.setup;

import io.kugetsu.common.StorageException;
import io.kugetsu.internal.AtomicFiles;
import io.kugetsu.process.ProcessSpec;
import io.kugetsu.worktree.Creation.Reason;
import io.kugetsu.worktree.Creation.Refused;
import io.kugetsu.worktree.SetUpFile;
import io.kugetsu.worktree.SetUpPolicy;
import io.kugetsu.worktree.WorktreeOptions;
import io.kugetsu.worktree.internal.git.Git;
import io.kugetsu.worktree.internal.git.GitEnvironment;
import io.kugetsu.worktree.internal.registry.Begun;
import io.kugetsu.worktree.internal.registry.LocalRepository;
import io.kugetsu.worktree.internal.registry.Names;
import io.kugetsu.worktree.internal.registry.Refusal;
import io.kugetsu.worktree.internal.registry.TreeRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a worktree needs besides its checkout: ignored files of the main checkout, and the
 * repository's own set-up command; and the command that is run before it goes.
 *
 * @param git runs git
 * @param repository the repository
 * @param options what is wanted
 */
public record SetUp(Git git, LocalRepository repository, WorktreeOptions options) {
  // A copy, as the tear-down command of a worktree is not for whoever works in it to choose.
  private static final String KEPT = "kugetsu.conf";

  /**
   * Makes a checked-out worktree ready.
   *
   * @return why it cannot be, or empty
   */
  public Optional<Refused> prepare(Path tree, Path entry, TreeRecord record) {
    Optional<SetUpReader.Text> commands;
    try {
      commands = commands(tree);
    } catch (IOException e) {
      return Refusal.of(Reason.SETUP_FAILED, "the set-up cannot be read: " + e.getMessage());
    }
    Optional<SetUpFile> file = commands.map(SetUpReader.Text::file);
    if (file.isPresent() && !options.trust().isTrusted(file.get())) {
      return Optional.of(notTrusted(file.get()));
    }
    if (options.copyIncluded()) {
      Optional<Refused> notCopied = new IncludedFiles(git, mainCheckout(), tree).copy();
      if (notCopied.isPresent()) {
        return notCopied;
      }
    }
    Optional<String> command = file.flatMap(SetUpFile::setUp);
    if (command.isPresent()) {
      Optional<SetUpRun.Failure> failure =
          run(tree, record).run("the set-up command", command.get());
      if (failure.isPresent()) {
        return Optional.of(new Refused(failure.get().reason(), failure.get().text(), file));
      }
    }
    if (file.flatMap(SetUpFile::tearDown).isPresent()) {
      keep(entry, commands.get().bytes());
    }
    return Optional.empty();
  }

  /** The same with another git, and with its variables for what is run. */
  public SetUp as(Git other) {
    return new SetUp(other, repository, options);
  }

  /** Whether there is anything to do before a worktree goes. */
  public boolean hasTearDown(Path entry) {
    return options.setUp() != SetUpPolicy.SKIP && Files.exists(entry.resolve(KEPT));
  }

  /**
   * Runs the command that the repository wants run before a worktree goes. Not doing so, or not
   * well, is no reason to keep the worktree.
   *
   * @return what did not go as it should, for people
   */
  public List<String> tearDown(Path tree, Path entry, TreeRecord record) {
    List<String> warnings = new ArrayList<>();
    Path kept = entry.resolve(KEPT);
    if (!hasTearDown(entry)) {
      return warnings;
    }
    try {
      Optional<SetUpFile> file =
          SetUpReader.readFile(kept, repository.commonDirectory()).map(SetUpReader.Text::file);
      Optional<String> command = file.flatMap(SetUpFile::tearDown);
      if (command.isPresent() && !options.trust().isTrusted(file.get())) {
        warnings.add("the tear-down command was not run: it is trusted no more");
      } else if (command.isPresent()) {
        run(tree, record)
            .run("the tear-down command", command.get())
            .ifPresent(failure -> warnings.add(failure.text()));
      }
    } catch (IOException e) {
      warnings.add("the tear-down command was not run: " + e.getMessage());
    }
    return warnings;
  }

  private Optional<SetUpReader.Text> commands(Path tree) throws IOException {
    return options.setUp() == SetUpPolicy.SKIP
        ? Optional.empty()
        : SetUpReader.read(tree, repository.commonDirectory())
            .filter(text -> text.file().hasCommands());
  }

  private static Refused notTrusted(SetUpFile file) {
    return new Refused(
        Reason.SETUP_NOT_TRUSTED,
        "the repository's "
            + SetUpFile.NAME
            + " (sha256 "
            + file.sha256()
            + ") has commands to run for each worktree, and nobody trusted it: "
            + file.setUp().map(command -> "set-up '" + Names.excerpt(command) + "' ").orElse("")
            + file.tearDown()
                .map(command -> "tear-down '" + Names.excerpt(command) + "'")
                .orElse(""),
        Optional.of(file));
  }

  private SetUpRun run(Path tree, TreeRecord record) {
    Map<String, String> variables = new HashMap<>();
    options
        .environment()
        .forEach(
            (name, value) -> {
              if (GitEnvironment.passes(name)) {
                variables.put(name, value);
              }
            });
    variables.remove(ProcessSpec.MARKER_VARIABLE);
    variables.put(Begun.VARIABLE, git.variable(Begun.VARIABLE));
    variables.put("GIT_TERMINAL_PROMPT", "0");
    variables.put("KUGETSU_WORKTREE", tree.toString());
    variables.put("KUGETSU_BRANCH", record.branch());
    variables.put("KUGETSU_BASE", record.base());
    variables.put(
        "KUGETSU_REPOSITORY", mainCheckout().orElse(repository.commonDirectory()).toString());
    return new SetUpRun(tree, variables, options.setUpTimeout());
  }

  private static void keep(Path entry, byte[] bytes) {
    Path kept = entry.resolve(KEPT);
    try {
      AtomicFiles.createNew(kept, bytes);
    } catch (IOException e) {
      throw new StorageException(kept, "cannot be written: " + e, e);
    }
  }

  /**
   * The checkout that the repository was made with; where it has none, that in which it was opened.
   */
  private Optional<Path> mainCheckout() {
    Path common = repository.commonDirectory();
    Path above = common.getParent();
    return !repository.isBare() && above != null && common.endsWith(".git")
        ? Optional.of(above)
        : repository.topLevel();
  }
}
