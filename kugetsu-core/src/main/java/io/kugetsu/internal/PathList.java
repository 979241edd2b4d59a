package io.kugetsu.internal;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A file that lists paths, as JSON: {@code {"format":1,"<name>":[{"path":"…"}]}}. What else is in
 * it, a newer version's words for example, is left alone. Several JVMs may add to it at once.
 */
public final class PathList {
  private static final String PATH = "path";
  private static final Duration LOCK_WAIT = Duration.ofSeconds(10);

  private final Path file;
  private final String name;

  /**
   * Names the file; nothing is read or made.
   *
   * @param file the file
   * @param name what the list is called in it
   */
  public PathList(Path file, String name) {
    this.file = file;
    this.name = name;
  }

  /** {@return the paths; none where there is no file} */
  public List<Path> paths() {
    List<Path> paths = new ArrayList<>();
    AtomicFiles.read(file)
        .ifPresent(
            text ->
                new JsonFields(file, Json.parse(file, text))
                    .objects(name)
                    .forEach(entry -> paths.add(Path.of(entry.text(PATH)))));
    return paths;
  }

  /**
   * Adds a path.
   *
   * @param path the path
   * @return false when it was there already
   */
  public boolean add(Path path) {
    try (LockFile.Held ignored = FileLocks.of(file.resolveSibling("lock")).lock(LOCK_WAIT)) {
      if (paths().contains(path)) {
        return false;
      }
      ObjectNode root =
          AtomicFiles.read(file).map(text -> Json.parse(file, text)).orElseGet(Json::object);
      root.put("format", 1);
      ArrayNode list = root.get(name) instanceof ArrayNode old ? old : root.putArray(name);
      list.addObject().put(PATH, path.toString());
      AtomicFiles.write(file, Json.print(root));
      return true;
    }
  }
}
