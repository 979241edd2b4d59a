package io.kugetsu.worktree.internal.making;

import io.kugetsu.internal.DiskSteps;
import io.kugetsu.internal.Trees;
import io.kugetsu.worktree.GitException;
import io.kugetsu.worktree.internal.git.Git;
import io.kugetsu.worktree.internal.git.GitCommand;
import io.kugetsu.worktree.internal.git.GitResult;
import io.kugetsu.worktree.internal.registry.BaseCommit;
import io.kugetsu.worktree.internal.registry.Begun;
import io.kugetsu.worktree.internal.registry.CutOffLock;
import io.kugetsu.worktree.internal.registry.Entry;
import io.kugetsu.worktree.internal.registry.Place;
import io.kugetsu.worktree.internal.registry.Registry;
import io.kugetsu.worktree.internal.registry.Trash;
import io.kugetsu.worktree.internal.registry.TreeLink;
import io.kugetsu.worktree.internal.registry.TreeRecord;
import io.kugetsu.worktree.internal.registry.WholeEntry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What was made on the way to a worktree that is not to be, and how all of it, and nothing else, is
 * taken away again. What is ours is told by what is found on the disk alone, so it does not matter
 * who asks: the call that began it, or a later program once that one was killed. Each step may be
 * cut off, and is then done again. The registry is locked.
 *
 * @param begun what was begun, with the fields of {@link #fields}
 * @param git marked as doing a part of it
 */
public record HalfMade(Begun begun, Git git, Registry registry, Place place, TreeRecord record) {
  private static final Logger LOG = LoggerFactory.getLogger(HalfMade.class);
  private static final String BRANCHES = "refs/heads/";
  private static final String REF_START = "ref: ";
  private static final String DIRECTORY = "directory";
  private static final String ROOT = "root";
  private static final String BRANCH = "branch";
  private static final String BASE = "base";
  private static final String OWN_BRANCH = "own-branch";
  private static final String UNLOCKED = "unlocked";
  private static final String DROPS = "drops";
  private static final String YES = "yes";

  /** What is to be recorded before the first step. */
  public static Map<String, String> fields(
      Registry registry, Path root, TreeRecord record, boolean ownBranch) {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put(ROOT, root.toString());
    fields.put(BRANCH, record.branch());
    fields.put(BASE, record.base());
    if (ownBranch) {
      fields.put(OWN_BRANCH, YES);
      if (!refLock(registry.common(), BRANCHES + record.branch(), record.base()).exists()) {
        fields.put(UNLOCKED, YES);
      }
    }
    return fields;
  }

  /** What was begun by a program that is dead. */
  public static HalfMade of(Begun begun, Git git, Registry registry) throws IOException {
    String root = begun.field(ROOT).orElse("");
    String branch = begun.field(BRANCH).orElse("");
    String base = begun.field(BASE).orElse("");
    if (root.isEmpty() || branch.isEmpty() || !BaseCommit.isId(base)) {
      throw new IOException(begun + " does not tell what was begun");
    }
    Place place = new Place(Path.of(root), begun.name());
    boolean own = begun.field(OWN_BRANCH).isPresent();
    return new HalfMade(
        begun, git, registry, place, new TreeRecord(begun.name(), branch, base, own));
  }

  /** What the branch's log says of its making; nobody else's says the same. */
  String message() {
    return "branch: Created for kugetsu's worktree " + record.name() + " (" + begun.id() + ")";
  }

  /** Whether the worktree came to be whole, so that nothing of it may be taken away. */
  boolean isWhole() {
    return registry.allAt(place.path()).stream()
        .anyMatch(entry -> TreeRecord.isIn(entry.directory()));
  }

  /** Nothing more is to be done for it but to clear the way that it took. */
  void finish() throws IOException {
    place.noteNoMore(begun.id());
    new WholeEntry(registry, begun.id()).clean();
    Trees.delete(Trash.in(place.root()).placeOf(begun.id()));
  }

  /**
   * Takes all of it away; one thing that fails does not keep the others.
   *
   * @param failures what failed is added here
   * @return what was kept on purpose, and why
   */
  public Optional<String> undo(List<Exception> failures) {
    List<String> kept = new ArrayList<>();
    attempt(this::takeAway, failures);
    attempt(() -> dropBranch().ifPresent(kept::add), failures);
    attempt(this::finish, failures);
    return kept.stream().findFirst();
  }

  /** Remembers which directory it is, whatever may be put in its place or made of it. */
  void noteDirectory() throws IOException {
    begun.note(Map.of(DIRECTORY, key()));
  }

  /** The directory, then the entry, which may tell whose the directory is. */
  void takeAway() throws IOException {
    List<Entry> entries = entries();
    if (Files.isDirectory(place.path(), LinkOption.NOFOLLOW_LINKS) && isOurs(entries)) {
      Trash trash = Trash.in(place.root());
      Trees.delete(trash.placeOf(begun.id()));
      trash.take(place.path(), begun.id());
      Trees.delete(trash.placeOf(begun.id()));
    }
    for (Entry entry : entries) {
      new WholeEntry(registry, begun.id()).drop(entry);
    }
  }

  /** Those at the place, and those where git was killed before it wrote where that is. */
  private List<Entry> entries() {
    String reason = Entry.reasonFor(record.name());
    return registry.entries().stream()
        .filter(entry -> reason.equals(entry.lockReason()) && !TreeRecord.isIn(entry.directory()))
        .filter(
            entry ->
                entry.isAt(place.path())
                    || (entry.tree() == null
                        && String.valueOf(entry.directory().getFileName())
                            .startsWith(record.name())))
        .toList();
  }

  private boolean isOurs(List<Entry> entries) throws IOException {
    for (Entry entry : entries) {
      if (entry.isLinkedFrom(place.path())) {
        return true;
      }
    }
    return !isAnothers() && (isNoted(entries) || isClaimed());
  }

  /** Whether it is a worktree, of whichever repository. */
  private boolean isAnothers() throws IOException {
    Optional<TreeLink> link = TreeLink.of(place.path());
    return link.isPresent() && Entry.read(link.get().target()).isLinkedFrom(place.path());
  }

  /**
   * Whether it is the one that was noted. Its number alone does not say so: a file system gives the
   * number of a directory that is gone to the next one, which may be somebody else's.
   */
  private boolean isNoted(List<Entry> entries) throws IOException {
    return begun.field(DIRECTORY).filter(key()::equals).isPresent()
        && (place.isClaimedFor(begun.id())
            || entries.stream().anyMatch(entry -> entry.isAt(place.path())));
  }

  /** Whether it was claimed, and nothing more; had it been noted which one it is, it would say. */
  private boolean isClaimed() throws IOException {
    if (!place.isClaimedFor(begun.id()) || begun.field(DIRECTORY).isPresent()) {
      return false;
    }
    try (Stream<Path> children = Files.list(place.path())) {
      return children.findAny().isEmpty();
    }
  }

  private String key() throws IOException {
    return String.valueOf(
        Files.readAttributes(place.path(), BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
            .fileKey());
  }

  private Optional<String> dropBranch() throws IOException {
    if (!YES.equals(begun.field(OWN_BRANCH).orElse("")) || begun.field(DIRECTORY).isEmpty()) {
      return Optional.empty(); // the directory comes first, so nothing was done for a branch
    }
    String ref = BRANCHES + record.branch();
    Path common = registry.common();
    if (begun.field(UNLOCKED).isPresent()) {
      clear(refLock(common, ref, record.base()));
    }
    if (begun.field(DROPS).isPresent()) {
      clear(packedLock());
      clear(new CutOffLock(common.resolve("packed-refs.new"), Set.of()));
    }
    Optional<String> commit = commit(ref);
    if (commit.isEmpty()) {
      dropLog(common.resolve("logs").resolve(ref));
      return Optional.empty();
    }
    if (!isLoggedAsOurs(ref)) {
      return Optional.empty();
    }
    if (!commit.get().equals(record.base())) {
      return Optional.of("the branch " + record.branch() + " has new commits and is kept");
    }
    if (isCheckedOut(ref)) {
      return Optional.of("the branch " + record.branch() + " is checked out and is kept");
    }
    if (!packedLock().exists()) {
      begun.note(Map.of(DROPS, YES));
    }
    GitResult result =
        git.runRetrying(GitCommand.onRepository(common, "update-ref", "-d", ref, record.base()));
    if (!result.ok() && commit(ref).isPresent()) {
      throw result.failure();
    }
    return Optional.empty();
  }

  /** The lock that git takes for as long as it makes a branch, or deletes it. */
  private static CutOffLock refLock(Path common, String ref, String base) {
    return new CutOffLock(common.resolve(ref + ".lock"), Set.of("", base + "\n"));
  }

  /** The one that it also takes to delete a branch. */
  private CutOffLock packedLock() {
    return new CutOffLock(registry.common().resolve("packed-refs.lock"), Set.of(""));
  }

  private void clear(CutOffLock lock) throws IOException {
    if (lock.exists() && !lock.clear(registry)) {
      throw new IOException(lock.file() + " is in the way; delete it once no git is at work");
    }
  }

  private Optional<String> commit(String ref) {
    GitResult found =
        git.runRetrying(
                GitCommand.onRepository(
                    registry.common(), "for-each-ref", "--format=%(refname) %(objectname)", ref))
            .orThrow();
    return found
        .out()
        .lines()
        .filter(line -> line.startsWith(ref + " "))
        .map(line -> line.substring(ref.length() + 1))
        .findFirst();
  }

  /** Had somebody else made it, the first line of its log would be another. */
  private boolean isLoggedAsOurs(String ref) {
    GitResult log =
        git.runRetrying(
            GitCommand.onRepository(
                registry.common(), "reflog", "show", "--format=%gs", ref, "--"));
    List<String> lines = log.out().lines().toList();
    return log.ok() && !lines.isEmpty() && lines.get(lines.size() - 1).equals(message());
  }

  /** Git writes the log of a branch before the branch, and may be killed in between. */
  private void dropLog(Path log) throws IOException {
    if (Files.isRegularFile(log, LinkOption.NOFOLLOW_LINKS)) {
      List<String> lines = Files.readAllLines(log, StandardCharsets.UTF_8);
      if (lines.size() == 1 && lines.get(0).endsWith("\t" + message())) {
        DiskSteps.delete(log);
      }
    }
  }

  private boolean isCheckedOut(String ref) throws IOException {
    List<Path> heads = new ArrayList<>(List.of(registry.common().resolve("HEAD")));
    registry.directories().forEach(entry -> heads.add(entry.resolve("HEAD")));
    for (Path head : heads) {
      if (Files.isRegularFile(head)
          && Files.readString(head).stripTrailing().equals(REF_START + ref)) {
        return true;
      }
    }
    return false;
  }

  private static void attempt(Step step, List<Exception> failures) {
    try {
      step.run();
    } catch (IOException | RuntimeException e) {
      LOG.debug("a step of undoing failed", e);
      failures.add(e);
    }
  }

  private interface Step {
    void run() throws IOException, GitException;
  }
}
