package io.kugetsu.engine.internal;

import io.kugetsu.engine.Dispatching;
import io.kugetsu.engine.Elected;
import io.kugetsu.engine.Engine;
import io.kugetsu.engine.EngineTraits;
import io.kugetsu.engine.KeyStore;
import io.kugetsu.engine.Liveness;
import io.kugetsu.engine.MachineTime;
import io.kugetsu.engine.NotificationStore;
import io.kugetsu.engine.Owner;
import io.kugetsu.engine.SessionStore;
import io.kugetsu.engine.TaskStore;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An engine over a vault: in memory or in files. */
public final class VaultEngine implements Engine {
  private final Gate gate = new Gate();
  private final EngineTraits traits;
  private final @Nullable Layout layout;
  private final Hints hints;
  private final Hints news;
  private final @Nullable ElectedFile elected;
  private final TaskStore tasks;
  private final SessionStore sessions;
  private final NotificationStore notifications;
  private final KeyStore keys;

  private VaultEngine(
      Vault vault,
      @Nullable Layout layout,
      EngineTraits traits,
      Clock clock,
      MachineTime time,
      Liveness.Probe probe) {
    this.traits = traits;
    this.layout = layout;
    this.hints = new Hints(layout == null ? null : new WakeFile(layout.wake()));
    this.news = new Hints(null);
    this.elected = layout == null ? null : new ElectedFile(layout.dispatcher(), probe);
    this.tasks = new StoredTasks(vault, new Times(clock, time), probe, hints, news, gate);
    this.sessions = new StoredSessions(vault, hints, gate);
    this.notifications = new StoredNotifications(vault, hints, news, gate);
    this.keys = new StoredKeys(vault, time, hints, gate);
  }

  /**
   * An engine that keeps everything on the heap.
   *
   * @param clock for timestamps
   * @param time measures how long something is held back
   * @param probe tells who lives
   * @return a new engine
   */
  public static Engine inMemory(Clock clock, MachineTime time, Liveness.Probe probe) {
    return new VaultEngine(
        new MemoryVault(), null, new EngineTraits(false, false), clock, time, probe);
  }

  /**
   * An engine that keeps everything in files.
   *
   * @param directory where; made if missing
   * @param clock for timestamps
   * @param time measures how long something is held back
   * @param probe tells who lives
   * @return a new engine
   */
  public static Engine inFiles(
      Path directory, Clock clock, MachineTime time, Liveness.Probe probe) {
    Layout layout = new Layout(directory);
    FilesVault vault = FilesVault.open(layout);
    return new VaultEngine(vault, layout, new EngineTraits(true, true), clock, time, probe);
  }

  @Override
  public TaskStore tasks() {
    gate.check();
    return tasks;
  }

  @Override
  public SessionStore sessions() {
    gate.check();
    return sessions;
  }

  @Override
  public NotificationStore notifications() {
    gate.check();
    return notifications;
  }

  @Override
  public KeyStore keys() {
    gate.check();
    return keys;
  }

  @Override
  public Dispatching dispatching(Owner me) {
    gate.check();
    return layout == null || elected == null
        ? Dispatching.alone()
        : new Election(layout, me, elected, hints::give);
  }

  @Override
  public Optional<Elected> elected() {
    gate.check();
    return Optional.ofNullable(elected).flatMap(ElectedFile::read);
  }

  @Override
  public EngineTraits traits() {
    gate.check();
    return traits;
  }

  @Override
  public void close() {
    if (gate.close()) {
      hints.close();
      news.close();
    }
  }
}
