package io.kugetsu.worktree;

import io.kugetsu.common.InvalidRequestException;
import io.kugetsu.common.StorageException;
import io.kugetsu.worktree.internal.GitWorktrees;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The worktrees of one repository, each a checkout of its own on a branch of its own. They are
 * directories below one root, which several repositories may share.
 *
 * <p>Any number of instances, in any number of threads and JVMs, may work on one repository at the
 * same time. Whoever holds no lock of ours, a person with git on the command line for example, may
 * too: what git reports as a passing collision is tried again.
 *
 * <p>Nothing here deletes a branch that kugetsu did not make or whose work is in no other, runs a
 * prune, fetches, or changes a configuration. A lock file of git's is deleted only where git of
 * ours was killed that takes just this lock, its content is what ours would be, and no git is at
 * work in the repository; every other one stays. Blocking; safe for use by several threads. An
 * interrupt ends the git command at work, undoes what the call made, and throws {@link
 * GitException} with the interrupt flag set.
 */
public interface WorktreeService {
  /**
   * The worktrees of a repository, below {@code worktrees} in {@code $KUGETSU_DIR}, or in {@code
   * ~/.kugetsu} when that is not set.
   *
   * @param repository a path in the repository: its top level, a directory in it, a linked worktree
   *     of it, or a bare repository
   * @return the service; nothing was made yet
   * @throws RepositoryException when the path is not in a git repository, or git is missing
   */
  static WorktreeService of(Path repository) {
    return of(repository, WorktreeOptions.usual());
  }

  /**
   * The worktrees of a repository, below a directory of the caller's choice.
   *
   * @param repository as in {@link #of(Path)}
   * @param root where the worktrees are; made with the first of them
   * @return the service; nothing was made yet
   * @throws RepositoryException when the path is not in a git repository, or git is missing
   * @throws InvalidRequestException when the root is inside git's own directory
   */
  static WorktreeService of(Path repository, Path root) {
    return of(repository, WorktreeOptions.usual().root(root));
  }

  /**
   * The worktrees of a repository, made as the options say.
   *
   * @param repository as in {@link #of(Path)}
   * @param options where they are, and how they are made
   * @return the service; nothing was made yet
   * @throws RepositoryException when the path is not in a git repository, or git is missing
   * @throws InvalidRequestException when the root is inside git's own directory
   */
  static WorktreeService of(Path repository, WorktreeOptions options) {
    return GitWorktrees.open(repository, options);
  }

  /** {@return the repository} */
  GitRepository repository();

  /** {@return where the worktrees are, with symbolic links resolved} */
  Path root();

  /**
   * Makes a new branch and a worktree on it, with the files of the base checked out and the
   * repository's {@code post-checkout} hook run as {@code git worktree add} runs it. The worktree
   * is locked for git, so that no prune takes its entry away. Submodules are not checked out, which
   * {@code git submodule update} does.
   *
   * <p>Then it is made ready. Of the main checkout those files are copied that {@code
   * .worktreeinclude} there names, in the syntax of {@code .gitignore}, if git ignores them too:
   * with their permissions and times, links as links and only if they stay inside, never over what
   * is there. Then the repository's set-up command is run ({@link SetUpFile}), if it is trusted
   * ({@link SetUpTrust}): in the worktree, without a shell, with nothing to read, and with {@code
   * KUGETSU_WORKTREE}, {@code KUGETSU_BRANCH}, {@code KUGETSU_BASE} and {@code KUGETSU_REPOSITORY}
   * (the main checkout) among its variables; what it leaves running is ended with it. Only when all
   * that went well there is a worktree: nobody finds it in {@link #list()} before.
   *
   * @param request which branch, from where, under which name
   * @return the worktree, or why there is none; when there is none nothing is left behind
   * @throws GitException when git failed, was ended at its time limit or by an interrupt, which
   *     ends a hook or set-up too; what this call had made is undone
   */
  Creation create(WorktreeRequest request);

  /**
   * Makes one of ours of a linked worktree that somebody else made, wherever it is. Its directory
   * is not touched. It is named after its directory, or, where that is no name or taken, after the
   * whole path; what is measured from is the commit at which its branch left the remote's default
   * branch, or HEAD where there is none; and it is locked for git. Adopting one of ours again gives
   * it as it is known.
   *
   * @param tree its directory
   * @return the worktree, or why it cannot be one of ours; then nothing was changed
   * @throws GitException when git failed
   */
  Creation adopt(Path tree);

  /**
   * The worktrees of this repository that were made below this root, by whichever instance, or
   * adopted, and not removed since. One whose directory somebody deleted is among them, so that it
   * can be removed.
   *
   * @return them, by name
   */
  List<Worktree> list();

  /**
   * Finds one of {@link #list()}.
   *
   * @param name its name
   * @return the worktree, or empty when there is none of that name
   */
  Optional<Worktree> find(String name);

  /**
   * Keeps a worktree: until it is unlocked no removal takes it, whatever it is asked to discard,
   * also after a restart and by git itself. The reason is shown by {@code git worktree list}; one
   * that was given before is replaced.
   *
   * @param worktree the worktree
   * @param reason why, for people; of a longer one the beginning counts
   * @return whether it is kept for that reason now; false when somebody else has locked it
   * @throws RepositoryException when its directory is gone or is no longer that worktree
   * @throws io.kugetsu.common.StorageException when others kept the repository locked for too long
   */
  boolean lock(Worktree worktree, String reason);

  /**
   * Keeps a worktree no longer. What {@link #create} locks it with stays, so that no prune of git's
   * takes its entry away.
   *
   * @param worktree the worktree
   * @return whether nobody keeps it now; false when somebody else has locked it
   * @throws RepositoryException when its directory is gone or is no longer that worktree
   * @throws io.kugetsu.common.StorageException when others kept the repository locked for too long
   */
  boolean unlock(Worktree worktree);

  /**
   * Puts in order what moving a worktree or the repository by other means than git has broken,
   * locks again what is not locked, and ends what was cut off. Only our worktrees are looked at,
   * and only what certainly belongs together is linked. Nothing is pruned or removed.
   *
   * @param moved where worktrees are now that were moved out of the root; others are found
   * @return what was out of order
   * @throws io.kugetsu.common.StorageException when others kept the repository locked for too long,
   *     or a link cannot be written
   */
  RepairReport repair(Path... moved);

  /**
   * What was done in a worktree since it was made, measured from the base that was recorded then,
   * and never from where a branch stands now.
   *
   * @param worktree the worktree
   * @return its changes at this moment
   * @throws RepositoryException when its directory is gone or is no longer that worktree
   * @throws GitException when git cannot tell, for example as the base is no longer there
   */
  Changes changes(Worktree worktree);

  /**
   * The same for many, several of them at a time: for listings.
   *
   * @param worktrees the worktrees
   * @return the changes of each, in their order; those that are gone by then are left out
   * @throws GitException when git cannot tell of one of them
   */
  Map<Worktree, Changes> changes(Collection<Worktree> worktrees);

  /**
   * How much room a worktree takes: its files, ignored ones too, and what git keeps for it alone,
   * submodules for example. The commits are not counted, which it shares with the repository.
   *
   * @param worktree the worktree
   * @return bytes, counted in whole blocks of the file system; what may not be read is left out
   * @throws RepositoryException when its directory is gone or is no longer that worktree
   */
  long sizeOnDisk(Worktree worktree);

  /**
   * Brings the commits of a worktree home to a local branch: what HEAD stands at in the worktree,
   * whichever branch that is. The worktree stays as it is.
   *
   * <p>The new commit is made before anything moves, without any checkout; then the branch moves by
   * compare-and-swap. Where the branch is checked out, in the main checkout or in a worktree that
   * is not ours, its files and its index follow; that is refused when anything there is changed or
   * in the way, ignored files included. Killed at any moment, it is there as a whole or not at all
   * once the repository was opened here again; until then that checkout may be locked for git.
   *
   * <p>Commits are those of {@code user.name} and {@code user.email}, and signed if {@code
   * commit.gpgSign} says so. Of the repository's hooks {@code commit-msg} is run (for a message
   * made here), {@code reference-transaction}, and {@code post-merge} where files followed, all of
   * them in the target's checkout or else in the main one, never in the worktree. Those that need
   * the merge in a checkout are not: {@code pre-merge-commit}, {@code pre-commit}, {@code
   * prepare-commit-msg}, {@code pre-rebase}. Merge drivers, filters and attributes count as they do
   * for the owner of the target; submodules' files are not touched.
   *
   * @param worktree the worktree
   * @param request into which branch and how
   * @return that it is there, what would be there, or why not; then nothing was changed
   * @throws RepositoryException when its directory is gone or is no longer that worktree
   * @throws GitException when git failed, was ended at its time limit or by an interrupt; then
   *     either all is there or nothing is
   */
  Integration integrate(Worktree worktree, IntegrationRequest request);

  /**
   * Whether the commits of a worktree are in another branch already, also when they came there by a
   * rebase or a squash, here or on a server. What is not committed does not count. Both the
   * worktree's own branch and what is checked out in it must be there; what is less sure of the two
   * is the answer.
   *
   * @param worktree the worktree
   * @param target a branch, remote branch, tag or commit, as git spells it; nothing is fetched
   * @return by what it is told, or that it is not so
   * @throws InvalidRequestException when the target is not a commit in this repository
   * @throws RepositoryException when its directory is gone or is no longer that worktree
   */
  IntegrationState integration(Worktree worktree, String target);

  /**
   * Pushes what HEAD stands at in a worktree to one branch of a remote, and nothing else: no other
   * branch, tag or submodule, whatever the settings say. No upstream is set. What the branch there
   * has is never taken away, unless the request names what it stands at.
   *
   * <p>Nobody is asked for anything: without a credential helper or a key that needs no passphrase
   * it is refused. The repository's hook {@code pre-push} is run.
   *
   * @param worktree the worktree
   * @param request to which remote and branch
   * @return that it is there, or why not
   * @throws RepositoryException when its directory is gone or is no longer that worktree
   * @throws GitException when git failed otherwise, or was ended by an interrupt
   */
  PushResult push(Worktree worktree, PushRequest request);

  /**
   * Looks for everything in a worktree that would be lost with it.
   *
   * @param worktree the worktree
   * @return what is in it at this moment; a worktree that is not there any more has an obstacle
   *     that says so
   */
  WorkState workState(Worktree worktree);

  /**
   * Removes a worktree unless anything would be lost with it, as {@link #remove(Worktree,
   * RemovalRequest)} does with {@link RemovalRequest#refusing()}.
   *
   * @param worktree the worktree
   * @return that it is gone, or everything that stands against it
   * @throws GitException when git failed; then the worktree is where it was
   */
  Removal remove(Worktree worktree);

  /**
   * Removes a worktree. What is in it is read anew right before, and what is changed after that
   * keeps it; what cannot be known counts as work. What a filter of the repository keeps out of
   * commits does not: git calls such a file unchanged. Its branch stays, and with it every commit
   * on it, unless the request says otherwise.
   *
   * <p>No request removes what is not provably that worktree: another directory at its place, or a
   * worktree that somebody else has locked.
   *
   * <p>The directory goes at once, in one step. Should the program die on the way, the next opening
   * of this repository ends it: the worktree is fully there or fully gone.
   *
   * @param worktree the worktree
   * @param request what becomes of the work in it
   * @return that it is gone, or everything that stands against it; then nothing was changed, but
   *     processes may have been ended that were to be
   * @throws GitException when git failed; then the worktree is where it was
   */
  Removal remove(Worktree worktree, RemovalRequest request);

  /**
   * What was saved of worktrees that were removed, by whichever instance and below whichever root.
   *
   * @return them, the newest first
   * @throws GitException when git cannot tell
   */
  List<Rescue> rescues();

  /**
   * Brings a worktree back from what was saved of it, at the same place, on the same branch, and
   * byte for byte. A branch that was deleted meanwhile is made again. The rescue stays.
   *
   * @param rescue one of {@link #rescues()}
   * @return the worktree, or why there is none; then nothing was changed
   * @throws GitException when git failed; then nothing was changed
   */
  Restoration restore(Rescue rescue);

  /**
   * Gives up what was saved: git may then delete it with its next collection of garbage.
   *
   * @param rescue one of {@link #rescues()}
   * @return whether it was there, as given, and is no more
   * @throws GitException when git failed
   * @throws StorageException when others kept the repository locked for too long
   */
  boolean discard(Rescue rescue);
}
