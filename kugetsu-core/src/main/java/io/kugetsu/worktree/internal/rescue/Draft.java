package io.kugetsu.worktree.internal.rescue;

import io.kugetsu.worktree.internal.git.Git;
import io.kugetsu.worktree.internal.git.Modes;
import io.kugetsu.worktree.internal.git.RawPath;
import io.kugetsu.worktree.internal.rescue.Manifest.Part;
import io.kugetsu.worktree.internal.rescue.RescueContents.Taker;
import io.kugetsu.worktree.internal.rescue.Snapshot.Type;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Fills a directory from a rescue, aside from where it is to be. For one thread. */
final class Draft implements Taker {
  private static final int OWNER_ALL = 0700;

  private final Path directory;
  private final List<Part> oddLinks = new ArrayList<>();
  private @Nullable Part part;
  private @Nullable OutputStream out;

  /**
   * A draft.
   *
   * @param directory where; nothing is in it yet
   */
  Draft(Path directory) {
    this.directory = directory;
  }

  /** Makes all of it, each thing with its mode but for the top, which has to be moved yet. */
  void fill(Git git, Path common, List<Part> parts) throws IOException {
    for (Part each : parts) {
      if (each.type() == Type.DIRECTORY) {
        Path made = RawPath.in(directory, each.raw());
        Files.createDirectories(made);
        Modes.set(made, OWNER_ALL);
      }
    }
    new RescueContents(git, common).read(parts, this);
    new ExactLinks(git, common, directory).make(oddLinks);
    List<Part> backwards = new ArrayList<>(parts.subList(1, parts.size()));
    Collections.reverse(backwards);
    for (Part each : backwards) {
      if (each.type() == Type.DIRECTORY) {
        Modes.set(RawPath.in(directory, each.raw()), each.mode());
      }
    }
  }

  @Override
  public void begin(Part next) throws IOException {
    part = next;
    out =
        next.type() == Type.LINK
            ? new ByteArrayOutputStream()
            : Files.newOutputStream(
                RawPath.in(directory, next.raw()),
                StandardOpenOption.CREATE_NEW,
                StandardOpenOption.WRITE);
  }

  @Override
  public void bytes(byte[] buffer, int from, int length) throws IOException {
    if (out != null) {
      out.write(buffer, from, length);
    }
  }

  @Override
  public void end() throws IOException {
    Part done = part;
    OutputStream written = out;
    if (done == null || written == null) {
      return;
    }
    written.close();
    Path path = RawPath.in(directory, done.raw());
    if (!(written instanceof ByteArrayOutputStream target)) {
      Modes.set(path, done.mode());
      return;
    }
    String text = target.toString(StandardCharsets.ISO_8859_1);
    if (ExactLinks.isNeeded(text)) {
      oddLinks.add(done);
    } else {
      Files.createSymbolicLink(path, Path.of(text));
    }
  }
}
