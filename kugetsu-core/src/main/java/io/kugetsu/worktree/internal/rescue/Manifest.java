package io.kugetsu.worktree.internal.rescue;

import io.kugetsu.worktree.internal.git.RawPath;
import io.kugetsu.worktree.internal.registry.BaseCommit;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What a rescue holds, in full: a list that says of each file its mode and the id of its content.
 *
 * @param entryName the name of git's own directory for the worktree
 * @param tree what is in the worktree's directory, directories before what is in them
 * @param entry what is in git's own directory for the worktree, likewise
 */
public record Manifest(String entryName, List<Part> tree, List<Part> entry) {
  private static final String HEADER = "kugetsu rescue 2";
  private static final int OCTAL = 8;
  private static final int FIELDS = 6;
  private static final int FIRST_PART = 2;
  private static final String LINK = ".git";

  /**
   * One thing.
   *
   * @param raw its name, see {@link RawPath}; empty for the top
   * @param mode the permission bits
   * @param size of its content, which for a link is where it leads
   * @param id of its content; empty for a directory
   */
  public record Part(Snapshot.Type type, String raw, int mode, long size, String id) {
    private String text(char where) {
      return where
          + " "
          + type.name().toLowerCase(Locale.ROOT)
          + " "
          + Integer.toString(mode, OCTAL)
          + " "
          + size
          + " "
          + (id.isEmpty() ? "-" : id)
          + " "
          + raw
          + "\0";
    }
  }

  byte[] bytes() {
    StringBuilder text = new StringBuilder(HEADER).append('\0');
    text.append(entryName).append('\0');
    tree.forEach(part -> text.append(part.text('t')));
    entry.forEach(part -> text.append(part.text('e')));
    return text.toString().getBytes(StandardCharsets.ISO_8859_1);
  }

  /**
   * Reads one.
   *
   * @throws IOException when it is none, or names what must not be made
   */
  public static Manifest parse(byte[] bytes) throws IOException {
    String[] lines = new String(bytes, StandardCharsets.ISO_8859_1).split("\0");
    if (lines.length < FIRST_PART || !lines[0].equals(HEADER)) {
      throw new IOException("the rescue is damaged or of another version");
    }
    if (!isPlain(lines[1]) || lines[1].indexOf('/') >= 0) {
      throw new IOException("the rescue has a name that is not to be made: " + lines[1]);
    }
    List<Part> tree = new ArrayList<>();
    List<Part> entry = new ArrayList<>();
    try {
      for (String line : List.of(lines).subList(FIRST_PART, lines.length)) {
        String[] fields = line.split(" ", FIELDS);
        Part part =
            new Part(
                Snapshot.Type.valueOf(fields[1].toUpperCase(Locale.ROOT)),
                fields[5],
                Integer.parseInt(fields[2], OCTAL),
                Long.parseLong(fields[3]),
                fields[4].equals("-") ? "" : fields[4]);
        (fields[0].equals("t") ? tree : entry).add(part);
      }
    } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
      throw new IOException("the rescue is damaged", e);
    }
    check(tree, true);
    check(entry, false);
    for (Part part : entry) {
      // What is written there later must not go where a link leads.
      boolean link = part.type() == Snapshot.Type.LINK && !EntryContents.isOfModules(part.raw());
      if (link || EntryContents.isItsOwn(part.raw())) {
        throw new IOException("the rescue has a name that is not to be made: " + part.raw());
      }
    }
    return new Manifest(lines[1], tree, entry);
  }

  /** Whether submodules lead to their repositories, which are in the entry, by its name. */
  boolean hasModules() {
    return tree.stream().anyMatch(part -> part.raw().endsWith("/" + LINK));
  }

  private static boolean isPlain(String name) {
    return !name.isEmpty() && !name.equals(".") && !name.equals("..") && !name.equals(LINK);
  }

  /**
   * Everything is in a directory that is named before, and is no part of a repository.
   *
   * @param links whether a file may lead to the repository of a submodule
   */
  private static void check(List<Part> parts, boolean links) throws IOException {
    Set<String> directories = new HashSet<>();
    Set<String> names = new HashSet<>();
    for (Part part : parts) {
      String raw = part.raw();
      boolean top = raw.isEmpty() && names.isEmpty() && part.type() == Snapshot.Type.DIRECTORY;
      String name = raw.substring(raw.lastIndexOf('/') + 1);
      boolean link =
          links && part.type() == Snapshot.Type.FILE && name.equals(LINK) && !raw.equals(LINK);
      boolean plain = link || isPlain(name);
      if (!names.add(raw) || !(top || (plain && directories.contains(RawPath.parent(raw))))) {
        throw new IOException("the rescue has a name that is not to be made: " + raw);
      }
      if (part.type() == Snapshot.Type.DIRECTORY) {
        directories.add(raw);
      } else if (!BaseCommit.isId(part.id())) {
        throw new IOException("the rescue has no content for " + raw);
      }
    }
  }
}
