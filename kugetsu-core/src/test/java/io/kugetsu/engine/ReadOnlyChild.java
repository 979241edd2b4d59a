package io.kugetsu.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.common.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** A user who may not write takes each step of each scene, and again when he may. */
public final class ReadOnlyChild {
  /** Begins the last line; the number of refused steps follows. */
  static final String WELL = "all is well after refusals: ";

  /** Everything below is meant when it is none of the directories. */
  private static final List<String> PLACES =
      List.of(
          "",
          "tasks",
          "tasks/pending",
          "tasks/running",
          "tasks/done",
          "tasks/keys",
          "sessions",
          "notifications");

  private final Path root;
  private final Set<Owner> dead = new HashSet<>();
  private int refusals;

  private ReadOnlyChild(Path root) {
    this.root = root;
  }

  public static void main(String[] args) throws IOException {
    ReadOnlyChild child = new ReadOnlyChild(Files.createDirectory(Path.of(args[0])));
    for (FaultScene.Step step : FaultScene.Step.values()) {
      for (String place : PLACES) {
        child.take(step, place);
      }
    }
    System.out.println(WELL + child.refusals);
  }

  private void take(FaultScene.Step step, String place) throws IOException {
    String where = step + " with " + (place.isEmpty() ? "everything" : place) + " read-only";
    Path directory = root.resolve(step + "-" + place.replace('/', '-'));
    try (Engine engine = Engines.files(directory, FaultScene.CLOCK, this::probe)) {
      FaultScene scene = FaultScene.prepared(engine, step, Engines.newOwner());
      Optional<TaskRecord> before = FaultScene.state(engine, scene.subject);
      List<Path> closed = close(directory, place);
      boolean refused = false;
      try {
        scene.act();
      } catch (StorageException e) {
        refused = true;
        assertTrue(e.getMessage().contains(directory.toString()), where + " names no file: " + e);
        assertTrue(e.getMessage().matches("(?s).*[Dd]enied.*"), where + ": " + e);
      } finally {
        open(closed);
      }
      assertTrue(refused || !place.isEmpty() || step == FaultScene.Step.PRUNE, where + ": done");
      if (refused) {
        refusals++;
        assertEquals(before, FaultScene.state(engine, scene.subject), where + ": it is there");
        assertEquals(Map.of(), engine.keys().all(), where);
        assertEquals(Optional.empty(), engine.notifications().find("told"), where);
        scene.act();
      }
      dead.addAll(FaultChecks.owners(engine));
      FaultChecks.checkWhole(engine, directory, where);
      FaultChecks.check(engine, scene.subject, step, before, where);
    }
  }

  private Liveness probe(Holder holder) {
    return holder instanceof Holder.Instance instance && dead.contains(instance.owner())
        ? Liveness.DEAD
        : Liveness.ALIVE;
  }

  /** One directory with its files, or all that there is; returns what was changed. */
  private static List<Path> close(Path directory, String place) throws IOException {
    try (Stream<Path> files =
        place.isEmpty() ? Files.walk(directory) : Files.walk(directory.resolve(place), 1)) {
      List<Path> closed =
          files
              .filter(file -> place.isEmpty() || !isBelow(directory.resolve(place), file))
              .toList();
      for (Path file : closed) {
        set(file, Files.isDirectory(file) ? "r-x------" : "r--------");
      }
      return closed;
    }
  }

  private static boolean isBelow(Path place, Path file) {
    return Files.isDirectory(file) && !file.equals(place);
  }

  private static void open(List<Path> closed) throws IOException {
    for (Path file : closed) {
      if (Files.exists(file)) {
        set(file, Files.isDirectory(file) ? "rwx------" : "rw-------");
      }
    }
  }

  private static void set(Path file, String permissions) throws IOException {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
  }
}
