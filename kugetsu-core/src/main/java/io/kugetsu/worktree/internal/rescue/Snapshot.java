package io.kugetsu.worktree.internal.rescue;

import io.kugetsu.worktree.Obstacle.Kind;
import io.kugetsu.worktree.internal.git.RawPath;
import io.kugetsu.worktree.internal.work.Tally;
import io.kugetsu.worktree.internal.work.TrackedFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Everything in a worktree's directory that is to be rescued, as it was at one moment: what is
 * there, and by what a later change of it shows. Taken twice, two equal ones mean that nothing was
 * changed in between, wherever the directory was moved to.
 *
 * @param selection what belongs to it
 * @param nodes directories before what is in them; the top itself is the first
 */
record Snapshot(Selection selection, List<Node> nodes) {
  /** What something is. */
  public enum Type {
    DIRECTORY,
    FILE,
    LINK
  }

  /**
   * Something in the directory.
   *
   * @param raw its name, see {@link RawPath}; empty for the top
   * @param mode the permission bits
   * @param size in bytes; 0 for what is no file
   * @param stamp differs from that of anything that was changed or replaced; empty for directories
   */
  record Node(String raw, Type type, int mode, long size, String stamp) {}

  private static final String LINK_TO_REPOSITORY = ".git";
  private static final String ATTRIBUTES = "unix:mode,ino,size,lastModifiedTime,ctime";
  private static final int TYPE = 0170000;
  private static final int DIRECTORY = 0040000;
  private static final int FILE = 0100000;
  private static final int LINK = 0120000;
  private static final int PERMISSIONS = 07777;

  /**
   * What belongs to it.
   *
   * @param modules where a link to a submodule's repository belongs to it, by raw names
   * @param ignored what git ignores, by raw names, directories without a slash
   * @param chosen the files of those that do; null when all do
   */
  record Selection(
      Set<String> modules,
      Set<String> ignored,
      @Nullable Set<String> chosen,
      Set<String> chosenIn) {
    static Selection all(Set<String> modules) {
      return new Selection(modules, Set.of(), null, Set.of());
    }

    static Selection only(Set<String> modules, Set<String> ignored, Set<String> chosen) {
      Set<String> directories = new HashSet<>();
      chosen.forEach(path -> TrackedFiles.addParents(path, directories));
      return new Selection(modules, ignored, chosen, directories);
    }

    private boolean takes(String raw, boolean belowIgnored, boolean directory) {
      return chosen == null
          || !(belowIgnored || ignored.contains(raw))
          || (directory ? chosenIn.contains(raw) : chosen.contains(raw));
    }
  }

  /**
   * Takes one.
   *
   * @param tally takes what it cannot hold
   */
  static Snapshot of(Path tree, Selection selection, Tally tally) throws IOException {
    List<Node> nodes = new ArrayList<>();
    new Walk(selection, tally, nodes).visit(tree, "", false);
    return new Snapshot(selection, nodes);
  }

  /**
   * Takes one of all that is in something in a directory; it is empty when that is not there.
   *
   * @param name its name in the directory, which the names in it begin with
   */
  static Snapshot ofAll(Path directory, String name, Tally tally) throws IOException {
    Selection all = Selection.all(Set.of());
    List<Node> nodes = new ArrayList<>();
    Path path = directory.resolve(name);
    if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      new Walk(all, tally, nodes).visit(path, name, false);
    }
    return new Snapshot(all, nodes);
  }

  /** Whether it is the same; the top may have been made writable to be moved. */
  boolean isSameBelowTop(Snapshot other) {
    return nodes.subList(1, nodes.size()).equals(other.nodes.subList(1, other.nodes.size()));
  }

  private record Walk(Selection selection, Tally tally, List<Node> nodes) {
    private void visit(Path path, String raw, boolean belowIgnored) throws IOException {
      Map<String, Object> attributes =
          Files.readAttributes(path, ATTRIBUTES, LinkOption.NOFOLLOW_LINKS);
      int mode = (int) value(attributes, "mode");
      int permissions = mode & PERMISSIONS;
      switch (mode & TYPE) {
        case DIRECTORY:
          nodes.add(new Node(raw, Type.DIRECTORY, permissions, 0, ""));
          children(path, raw, belowIgnored);
          break;
        case FILE:
          long size = (long) value(attributes, "size");
          nodes.add(new Node(raw, Type.FILE, permissions, size, stamp(attributes)));
          break;
        case LINK:
          nodes.add(new Node(raw, Type.LINK, permissions, 0, stamp(attributes)));
          break;
        default:
          tally.add(Kind.SPECIAL_FILES, RawPath.shown(raw));
      }
    }

    private void children(Path directory, String raw, boolean belowIgnored) throws IOException {
      for (Path child : SortedChildren.of(directory)) {
        String name = RawPath.name(child);
        String path = RawPath.join(raw, name);
        if (name.equals(LINK_TO_REPOSITORY) && !isLinkOfModule(child, raw)) {
          if (!raw.isEmpty()) {
            tally.add(Kind.NESTED_REPOSITORIES, RawPath.shown(raw) + "/");
          }
          continue;
        }
        boolean directoryToo = Files.isDirectory(child, LinkOption.NOFOLLOW_LINKS);
        if (selection.takes(path, belowIgnored, directoryToo)) {
          visit(child, path, belowIgnored || selection.ignored().contains(path));
        }
      }
    }

    private boolean isLinkOfModule(Path link, String directory) {
      return selection.modules().contains(directory)
          && Files.isRegularFile(link, LinkOption.NOFOLLOW_LINKS);
    }

    private static String stamp(Map<String, Object> attributes) {
      return attributes.get("ino")
          + " "
          + nanos(value(attributes, "lastModifiedTime"))
          + " "
          + nanos(value(attributes, "ctime"));
    }

    private static Object value(Map<String, Object> attributes, String name) {
      return Objects.requireNonNull(attributes.get(name), name);
    }

    private static String nanos(Object time) {
      return ((FileTime) time).toInstant().toString();
    }
  }
}
