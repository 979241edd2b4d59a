package io.kugetsu.engine.internal;

import io.kugetsu.common.StorageException;
import io.kugetsu.engine.Elected;
import io.kugetsu.engine.Holder;
import io.kugetsu.engine.Liveness;
import io.kugetsu.engine.Owner;
import io.kugetsu.internal.AtomicFiles;
import io.kugetsu.internal.Json;
import io.kugetsu.internal.JsonFields;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

/** What is told about the elected dispatcher of a directory. A file of a dead one tells nothing. */
final class ElectedFile {
  private static final Logger LOG = LoggerFactory.getLogger(ElectedFile.class);

  private final Path file;
  private final Liveness.Probe probe;

  ElectedFile(Path file, Liveness.Probe probe) {
    this.file = file;
    this.probe = probe;
  }

  void write(Elected elected) {
    ObjectNode tree = Json.object();
    Codecs.putFormat(tree);
    TaskCodec.writeOwner(tree, "owner", elected.owner());
    Codecs.put(tree, "kinds", elected.kinds().stream());
    AtomicFiles.writeUnsynced(file, Json.print(tree));
  }

  /** The elected one, if it lives and can be read. */
  Optional<Elected> read() {
    try {
      return AtomicFiles.read(file).map(this::parse).filter(this::lives);
    } catch (StorageException e) {
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
