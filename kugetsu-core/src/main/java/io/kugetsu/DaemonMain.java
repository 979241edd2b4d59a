package io.kugetsu;

import io.kugetsu.common.KugetsuException;
import io.kugetsu.common.SpawnLimits;
import io.kugetsu.common.StorageException;
import io.kugetsu.internal.PathList;
import io.kugetsu.queue.internal.DaemonLaunch;
import io.kugetsu.worktree.GitRepository;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The library's own program of the background dispatcher: opencode, and the settings' limits. */
final class DaemonMain {
  private DaemonMain() {}

  /** Serves; what to serve is in its environment. */
  public static void main(String[] none) {
    DaemonLaunch.Told told =
        DaemonLaunch.told(System.getenv())
            .orElseThrow(() -> new IllegalStateException("is started by kugetsu only"));
    Path directory = Variables.directory(new KugetsuBuilder(told.repository()));
    KugetsuBuilder builder = new KugetsuBuilder(repository(told.repository(), directory));
    told.limits().ifPresent(builder::limits);
    SpawnLimits usual = SpawnLimits.DEFAULT; // the others count where a message is handed over
    builder.spawnLimits(new SpawnLimits(usual.depth(), told.family(), usual.total()));
    builder.directory(directory).runDaemon();
  }

  /** It serves all repositories of the directory, so any that is still there will do. */
  private static Path repository(Path first, Path directory) {
    List<Path> known = new ArrayList<>(List.of(first));
    known.addAll(new PathList(directory.resolve("repositories.json"), "repositories").paths());
    for (Path path : known) {
      try {
        GitRepository unused = GitRepository.open(path);
        return path;
      } catch (KugetsuException e) {
        continue; // moved or removed; its tasks say so themselves when they are started
      }
    }
    throw new StorageException(directory, "knows no repository that is there: " + known, null);
  }
}
