package io.kugetsu.engine.internal;

import io.kugetsu.common.StorageException;
import io.kugetsu.engine.Dispatching;
import io.kugetsu.engine.Elected;
import io.kugetsu.engine.Owner;
import io.kugetsu.internal.AtomicFiles;
import io.kugetsu.internal.FileLocks;
import io.kugetsu.internal.LockFile;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The election of who hands out the work of a directory: whoever has the lock has the office, and
 * the system takes the lock from a dead one. What the elected one serves it writes beside it.
 */
final class Election implements Dispatching {
  private static final Logger LOG = LoggerFactory.getLogger(Election.class);

  private final Layout layout;
  private final Owner me;
  private final ElectedFile file;
  private final Runnable hint;
  private @Nullable LockFile lock;
  private LockFile.@Nullable Held office;
  private Set<String> told = Set.of();
  private boolean complained;

  /**
   * A candidate.
   *
   * @param file tells who is elected
   * @param hint tells the others that the office is free
   */
  Election(Layout layout, Owner me, ElectedFile file, Runnable hint) {
    this.layout = layout;
    this.me = me;
    this.file = file;
    this.hint = hint;
  }

  @Override
  public Set<String> share(Set<String> kinds) {
    if (kinds.isEmpty()) {
      close();
      return Set.of();
    }
    Set<String> all = Set.copyOf(kinds);
    try {
      return isElected() ? serve(all) : rest(all);
    } catch (StorageException e) {
      // Whoever asks the store too often only wastes time; who never asks loses work.
      if (!complained) {
        complained = true;
        LOG.warn("who hands out work cannot be agreed on; this instance does", e);
      }
      return all;
    }
  }

  private boolean isElected() {
    if (office == null) {
      LockFile known = lock;
      if (known == null) {
        known = FileLocks.of(layout.dispatcherLock());
        lock = known;
      }
      office = known.tryLock().orElse(null);
    }
    return office != null;
  }

  private Set<String> serve(Set<String> kinds) {
    if (!told.equals(kinds)) {
      file.write(new Elected(me, kinds));
      told = kinds;
    }
    return kinds;
  }

  private Set<String> rest(Set<String> kinds) {
    Optional<Elected> elected = file.told();
    if (elected.isEmpty()) {
      return kinds;
    }
    Set<String> rest = new HashSet<>(kinds);
    rest.removeAll(elected.get().kinds());
    return rest;
  }

  @Override
  public void close() {
    LockFile.Held held = office;
    if (held == null) {
      return;
    }
    office = null;
    told = Set.of();
    try {
      AtomicFiles.delete(layout.dispatcher());
    } catch (StorageException e) {
      LOG.debug("that this instance hands out nothing any more is told by its end", e);
    }
    held.close();
    hint.run();
  }
}
