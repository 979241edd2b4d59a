package io.kugetsu.worktree.internal.work;

import io.kugetsu.worktree.Obstacle;
import io.kugetsu.worktree.Obstacle.Kind;
import io.kugetsu.worktree.RemovalRequest;
import io.kugetsu.worktree.RemovalRequest.Ignored;
import io.kugetsu.worktree.RemovalRequest.Work;
import io.kugetsu.worktree.internal.git.Git;
import io.kugetsu.worktree.internal.registry.Located;
import io.kugetsu.worktree.internal.registry.Registry;
import java.util.List;
import java.util.Optional;

/**
 * What a look into a worktree means for a request to remove it.
 *
 * @param probe what was seen; empty when the directory is missing
 * @param against what stands against the removal
 * @param needsRescue whether there is anything to rescue
 */
public record Look(Optional<WorkProbe> probe, List<Obstacle> against, boolean needsRescue) {
  public static Look at(Git git, Registry registry, Located located, RemovalRequest request) {
    boolean all = request.work() == Work.DISCARD;
    if (located.missing()) {
      Obstacle gone = new Obstacle(Kind.MISSING_DIRECTORY, 1, List.of(located.tree() + " is gone"));
      return new Look(Optional.empty(), all ? List.of() : List.of(gone), false);
    }
    boolean into = request.ignored() != Ignored.AS_OTHERS && !all;
    WorkProbe probe = WorkProbe.look(git, registry, located, into);
    List<Obstacle> against =
        probe.obstacles().stream()
            .filter(obstacle -> !overcomes(request, obstacle.kind()))
            .toList();
    boolean rescue =
        request.work() == Work.RESCUE
            && probe.obstacles().stream()
                .anyMatch(
                    obstacle ->
                        obstacle.kind() != Kind.IGNORED_FILES
                            || request.ignored() != Ignored.DISCARD);
    return new Look(Optional.of(probe), against, rescue);
  }

  private static boolean overcomes(RemovalRequest request, Kind kind) {
    switch (request.work()) {
      case DISCARD:
        return kind.isDiscardable();
      case RESCUE:
        return kind.isRescuable();
      default:
        return kind == Kind.IGNORED_FILES && request.ignored() == Ignored.DISCARD;
    }
  }

  public Optional<String> branch() {
    return probe.flatMap(WorkProbe::branch);
  }

  public Optional<String> head() {
    return probe.flatMap(WorkProbe::head);
  }
}
