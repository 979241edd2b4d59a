package io.kugetsu.worktree.internal.git;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * What a worktree's index says, read from the file, whose layout is described in
 * gitformat-index(5): a git process for it would cost more than all the rest of a small removal.
 *
 * @param entries in git's order
 */
public record IndexFile(List<Item> entries) {
  public static final int LINK = 0120000;
  static final int SUBMODULE = 0160000;

  private static final int OWNER_EXECUTES = 0100;
  private static final int SIGNATURE = 0x44495243; // DIRC
  private static final int SPLIT = 0x6c696e6b; // link
  private static final int SPARSE = 0x73646972; // sdir
  private static final int OLDEST = 2;
  private static final int EXTENDED_FLAGS = 3;
  private static final int COMPRESSED = 4;
  private static final int MODE_AT = 24;
  private static final int ID_AT = 40;
  private static final int ASSUME_UNCHANGED = 0x8000;
  private static final int EXTENDED = 0x4000;
  private static final int STAGE = 0x3000;
  private static final int STAGE_SHIFT = 12;
  private static final int SKIP_WORKTREE = 0x4000;
  private static final int INTENT_TO_ADD = 0x2000;
  private static final int ALIGNMENT = 8;

  /**
   * One file of it.
   *
   * @param path its raw name, see {@link RawPath}
   * @param id the full id of what is staged
   * @param stage 0, or 1 to 3 in a conflict
   */
  public record Item(
      String path,
      int mode,
      String id,
      int stage,
      boolean assumeUnchanged,
      boolean skipWorktree,
      boolean intentToAdd) {
    public boolean isHidden() {
      return assumeUnchanged || skipWorktree;
    }

    public boolean isExecutable() {
      return (mode & OWNER_EXECUTES) != 0;
    }

    public boolean isSubmodule() {
      return mode == SUBMODULE;
    }
  }

  /**
   * Reads it.
   *
   * @param file the index; one that is not there has no entries
   * @param idLength how many digits the repository's ids have
   * @return empty when only git can read it: it is split or sparse
   * @throws IOException also when it is damaged
   */
  public static Optional<IndexFile> read(Path file, int idLength) throws IOException {
    try {
      return read(Files.readAllBytes(file), idLength / 2);
    } catch (NoSuchFileException e) {
      return Optional.of(new IndexFile(List.of()));
    } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
      throw new IOException(file + " is damaged", e);
    }
  }

  private static Optional<IndexFile> read(byte[] bytes, int idBytes) throws IOException {
    ByteBuffer all = ByteBuffer.wrap(bytes);
    int version = bytes.length < 3 * Integer.BYTES ? 0 : all.getInt(Integer.BYTES);
    if (version < OLDEST || version > COMPRESSED || all.getInt(0) != SIGNATURE) {
      throw new IOException("not an index, or of an unknown version: " + version);
    }
    int count = all.getInt(2 * Integer.BYTES);
    List<Item> items = new ArrayList<>();
    int at = 3 * Integer.BYTES;
    String previous = "";
    for (int n = 0; n < count; n++) {
      int flags = all.getShort(at + ID_AT + idBytes);
      boolean extended = (flags & EXTENDED) != 0 && version >= EXTENDED_FLAGS;
      int name = at + ID_AT + idBytes + (extended ? 2 : 1) * Short.BYTES;
      int more = extended ? all.getShort(name - Short.BYTES) : 0;
      String kept = "";
      if (version == COMPRESSED) {
        // How much of the name before is dropped, in git's offset encoding.
        int drop = bytes[name] & 0x7f;
        while ((bytes[name++] & 0x80) != 0) {
          drop = ((drop + 1) << 7) | (bytes[name] & 0x7f);
        }
        kept = previous.substring(0, previous.length() - drop);
      }
      int end = name;
      while (bytes[end] != 0) {
        end++;
      }
      String path = kept + new String(bytes, name, end - name, StandardCharsets.ISO_8859_1);
      items.add(
          new Item(
              path,
              all.getInt(at + MODE_AT),
              HexFormat.of().formatHex(bytes, at + ID_AT, at + ID_AT + idBytes),
              (flags & STAGE) >> STAGE_SHIFT,
              (flags & ASSUME_UNCHANGED) != 0,
              (more & SKIP_WORKTREE) != 0,
              (more & INTENT_TO_ADD) != 0));
      previous = path;
      at = version == COMPRESSED ? end + 1 : at + (end - at + ALIGNMENT) / ALIGNMENT * ALIGNMENT;
    }
    while (at + 2 * Integer.BYTES <= bytes.length - idBytes) {
      int extension = all.getInt(at);
      if (extension == SPLIT || extension == SPARSE) {
        return Optional.empty();
      }
      if (Character.isLowerCase((char) bytes[at])) {
        throw new IOException("the index has an extension that is not known");
      }
      at += 2 * Integer.BYTES + all.getInt(at + Integer.BYTES);
    }
    return Optional.of(new IndexFile(List.copyOf(items)));
  }
}
