package io.kugetsu.engine.internal;

import io.kugetsu.common.StorageException;
import io.kugetsu.engine.Elected;
import io.kugetsu.engine.Holder;
import io.kugetsu.engine.Liveness;
import io.kugetsu.engine.Owner;
import io.kugetsu.internal.AtomicFiles;
import io.kugetsu.internal.Json;
import io.kugetsu.internal.JsonFields;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

/** What is told about the elected dispatcher of a directory. A file of a dead one tells nothing. */
final class ElectedFile {
  private static final Logger LOG = LoggerFactory.getLogger(ElectedFile.class);

  private final Path file;
  private final Liveness.Probe probe;
  private volatile @Nullable Kept kept;

  ElectedFile(Path file, Liveness.Probe probe) {
    this.file = file;
    this.probe = probe;
  }

  void write(Elected elected) {
    ObjectNode tree = Json.object();
    Codecs.putFormat(tree);
    TaskCodec.writeOwner(tree, "owner", elected.owner());
    Codecs.put(tree, "kinds", elected.kinds().stream());
    // Not forced to the disk: it tells nothing any more once the machine was off. Only the elected
    // one writes, so one name will do.
    Path beside = file.resolveSibling("." + file.getFileName() + ".new");
    boolean unused = AtomicFiles.delete(beside);
    try {
      AtomicFiles.createNew(beside, Json.print(tree));
      Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new StorageException(file, "could not be written: " + e, e);
    }
  }

  /**
   * What was told last, by somebody who holds the office or did. Read again only when it changed:
   * who stands by asks often.
   */
  Optional<Elected> told() {
    Optional<Stamp> now = stamp();
    if (now.isEmpty()) {
      return Optional.empty();
    }
    Kept known = kept;
    if (known != null && known.stamp().equals(now.get())) {
      return known.elected();
    }
    Optional<Elected> elected = content();
    kept = new Kept(now.get(), elected);
    return elected;
  }

  private record Stamp(FileTime modified, long size, @Nullable Object key) {}

  private record Kept(Stamp stamp, Optional<Elected> elected) {}

  private Optional<Stamp> stamp() {
    try {
      BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
      return Optional.of(new Stamp(now.lastModifiedTime(), now.size(), now.fileKey()));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** The elected one, if it lives and can be read. */
  Optional<Elected> read() {
    return content().filter(this::lives);
  }

  private Optional<Elected> content() {
    try {
      return AtomicFiles.read(file).map(this::parse);
    } catch (StorageException | NewerFormatException e) {
      LOG.debug("who hands out work cannot be read", e);
      return Optional.empty();
    }
  }

  private Elected parse(byte[] content) {
    JsonFields fields = Codecs.open(file, content);
    Owner owner = TaskCodec.readOwner(fields.optionalObject("owner"));
    if (owner == null) {
      throw new StorageException(file, "lacks the field 'owner'", null);
    }
    return new Elected(owner, Set.copyOf(fields.list("kinds", kind -> kind)));
  }

  private boolean lives(Elected elected) {
    return probe.probe(new Holder.Instance(elected.owner())) != Liveness.DEAD;
  }
}
