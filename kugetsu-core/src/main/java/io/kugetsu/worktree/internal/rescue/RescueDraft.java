package io.kugetsu.worktree.internal.rescue;

import io.kugetsu.worktree.GitException;
import io.kugetsu.worktree.Rescue;
import io.kugetsu.worktree.internal.git.BlobId;
import io.kugetsu.worktree.internal.git.FastImport;
import io.kugetsu.worktree.internal.git.Git;
import io.kugetsu.worktree.internal.git.GitCommand;
import io.kugetsu.worktree.internal.git.IndexFile;
import io.kugetsu.worktree.internal.git.IndexFile.Item;
import io.kugetsu.worktree.internal.git.RawPath;
import io.kugetsu.worktree.internal.registry.CrashReport;
import io.kugetsu.worktree.internal.rescue.Manifest.Part;
import io.kugetsu.worktree.internal.rescue.Snapshot.Node;
import io.kugetsu.worktree.internal.rescue.Snapshot.Type;
import io.kugetsu.worktree.internal.work.OddNames;
import io.kugetsu.worktree.internal.work.TrackedFiles;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * The commit of a rescue on its way. Everything is read twice: once for the ids, and what git does
 * not have yet once more for git.
 */
public final class RescueDraft {
  private static final String EXECUTABLE = "100755";
  private static final String PLAIN = "100644";
  private static final String LINK = "120000";
  private static final String SUBMODULE = "160000";
  private static final int OWNER_EXECUTES = 0100;
  private static final int OCTAL = 8;

  private final Path tree;
  private final RescueInfo info;
  private final Snapshot snapshot;
  private final TrackedFiles tracked;
  private final EntryContents entry;
  private final List<String> commits;
  private final int idLength;
  private final Manifest manifest;
  private final Map<String, String> staged = new HashMap<>();

  /**
   * Reads everything, for the ids.
   *
   * @param commits what else only the worktree leads to
   */
  RescueDraft(
      Path tree,
      RescueInfo info,
      Snapshot snapshot,
      TrackedFiles tracked,
      EntryContents entry,
      List<String> commits)
      throws IOException {
    this.tree = tree;
    this.info = info;
    this.snapshot = snapshot;
    this.tracked = tracked;
    this.entry = entry;
    this.commits = commits;
    this.idLength = info.base().length();
    for (Item item : tracked.items()) {
      if (item.stage() == 0 && !item.isSubmodule() && !item.intentToAdd()) {
        staged.put(item.path(), item.id());
      }
    }
    List<Part> parts = new ArrayList<>();
    for (Node node : snapshot.nodes()) {
      parts.add(part(tree, node));
    }
    List<Part> entryParts = new ArrayList<>(entry.parts());
    for (Node node : entry.modules().nodes()) {
      entryParts.add(part(entry.directory(), node));
    }
    manifest = new Manifest(RawPath.name(entry.directory()), parts, entryParts);
  }

  Snapshot snapshot() {
    return snapshot;
  }

  EntryContents entry() {
    return entry;
  }

  Manifest manifest() {
    return manifest;
  }

  int idLength() {
    return idLength;
  }

  RescueInfo info() {
    return info;
  }

  /** Which parent of the rescue has the files. */
  String filesParent() {
    return info.head().isPresent() ? "^3" : "^2";
  }

  private Part part(Path directory, Node node) throws IOException {
    Path path = RawPath.in(directory, node.raw());
    switch (node.type()) {
      case FILE:
        return new Part(Type.FILE, node.raw(), node.mode(), node.size(), BlobId.of(path, idLength));
      case LINK:
        byte[] target = target(directory, node.raw());
        return new Part(
            Type.LINK, node.raw(), node.mode(), target.length, BlobId.of(target, idLength));
      default:
        return new Part(Type.DIRECTORY, node.raw(), node.mode(), 0, "");
    }
  }

  private static byte[] target(Path directory, String raw) throws IOException {
    return RawPath.target(RawPath.in(directory, raw)).getBytes(StandardCharsets.ISO_8859_1);
  }

  /**
   * Has git make the commit; no ref leads to it yet.
   *
   * @param ref the one that is going to
   */
  public Rescue commit(Git git, Path common, String ref) {
    String drafts = UUID.randomUUID().toString();
    GitCommand command =
        GitCommand.onRepository(
                common,
                "-c",
                "core.hooksPath=/dev/null",
                "-c",
                "core.bigFileThreshold=16m",
                "-c",
                "core.ignoreCase=false",
                "fast-import",
                "--quiet",
                "--done",
                "--date-format=raw")
            .within(GitCommand.LONG)
            .reading(stream -> write(stream, drafts));
    try {
      return info.rescue(ref, git.run(command).orThrow().line());
    } catch (GitException e) {
      CrashReport.delete(common, e.errorTail());
      throw e;
    }
  }

  private void write(OutputStream stream, String drafts) throws IOException {
    FastImport out = new FastImport(stream);
    Contents contents = new Contents(out);
    contents.writeAll();
    List<String> parents = new ArrayList<>();
    info.head().ifPresent(parents::add);
    List<String> base = List.copyOf(parents);
    List<String> all = new ArrayList<>(parents);

    all.add(out.commit(drafts + "/index", "index of " + info.name() + "\n", info.at(), base));
    for (Item item : tracked.items()) {
      if (item.stage() == 0 && !OddNames.isOne(item.path(), item.mode() == IndexFile.LINK)) {
        String id = item.intentToAdd() ? contents.empty : item.id();
        out.file(Integer.toString(item.mode(), OCTAL), id, item.path());
      }
    }
    all.add(out.commit(drafts + "/files", "files of " + info.name() + "\n", info.at(), base));
    contents.files(false);
    commits.stream().filter(id -> !all.contains(id)).forEach(all::add);
    String mark = out.commit(drafts + "/rescue", info.message(), info.at(), all);
    out.file(PLAIN, contents.manifest, "manifest");
    contents.files(true);
    contents.entry();
    contents.stages();
    out.tell(mark);
    for (String draft : List.of("/index", "/files", "/rescue")) {
      out.forget(drafts + draft, idLength);
    }
    out.close();
  }

  /** What is in the commits, each content once. */
  private final class Contents {
    private final FastImport out;
    private final Map<String, String> written = new HashMap<>();
    private final Set<String> files = new HashSet<>();
    private String manifest = "";
    private String empty = "";

    Contents(FastImport out) {
      this.out = out;
    }

    void writeAll() throws IOException {
      empty = out.blob(new byte[0]);
      manifest = out.blob(RescueDraft.this.manifest.bytes());
      for (Part part : RescueDraft.this.manifest.tree()) {
        if (!part.id().equals(staged.get(part.raw()))) {
          write(tree, part);
        }
      }
      for (Part part : RescueDraft.this.manifest.entry()) {
        byte[] content = entry.contents().get(part.raw());
        if (content == null) {
          write(entry.directory(), part);
        } else if (!written.containsKey(part.id())) {
          written.put(part.id(), out.blob(content));
        }
      }
    }

    private void write(Path directory, Part part) throws IOException {
      if (part.type() != Type.DIRECTORY && !written.containsKey(part.id())) {
        written.put(
            part.id(),
            part.type() == Type.LINK
                ? out.blob(target(directory, part.raw()))
                : out.blob(RawPath.in(directory, part.raw()), part.size(), part.id()));
      }
    }

    private String content(Part part) {
      return Optional.ofNullable(written.get(part.id())).orElse(part.id());
    }

    /** The files of the worktree whose names are odd, or the others. */
    void files(boolean odd) throws IOException {
      int n = 0;
      for (Part part : RescueDraft.this.manifest.tree()) {
        boolean link = part.type() == Type.LINK;
        if (part.type() != Type.DIRECTORY && OddNames.isOne(part.raw(), link) == odd) {
          n++;
          files.add(part.raw());
          String mode = (part.mode() & OWNER_EXECUTES) == 0 ? PLAIN : EXECUTABLE;
          out.file(odd ? PLAIN : link ? LINK : mode, content(part), odd ? "odd/" + n : part.raw());
        }
      }
      // Where the files of a submodule are, a link to its commit has no place.
      Set<String> taken = new HashSet<>();
      for (Part part : RescueDraft.this.manifest.tree()) {
        taken.add(part.type() == Type.DIRECTORY ? RawPath.parent(part.raw()) : part.raw());
        taken.add(RawPath.parent(part.raw()));
      }
      for (Item item : tracked.items()) {
        boolean free = !taken.contains(item.path()) && !isReplaced(item.path());
        if (!odd && item.isSubmodule() && item.stage() == 0 && free) {
          out.file(SUBMODULE, item.id(), item.path());
        }
      }
    }

    /** Whether a file or link is where a submodule was, or a directory that it was in. */
    private boolean isReplaced(String raw) {
      for (String path = raw; !path.isEmpty(); path = RawPath.parent(path)) {
        if (files.contains(path)) {
          return true;
        }
      }
      return false;
    }

    void entry() throws IOException {
      int n = 0;
      for (Part part : RescueDraft.this.manifest.entry()) {
        if (part.type() != Type.DIRECTORY) {
          n++;
          out.file(PLAIN, content(part), "entry/" + n);
        }
      }
    }

    /** What only the index leads to: the sides of conflicts, and what has an odd name. */
    void stages() throws IOException {
      int n = 0;
      for (Item item : tracked.items()) {
        boolean odd = OddNames.isOne(item.path(), item.mode() == IndexFile.LINK);
        if ((item.stage() != 0 || odd) && !item.isSubmodule() && !item.intentToAdd()) {
          n++;
          out.file(PLAIN, item.id(), "staged/" + n);
        }
      }
    }
  }
}
