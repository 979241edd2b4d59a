package io.kugetsu.engine.internal;

import io.kugetsu.engine.Engine;
import io.kugetsu.engine.EngineTraits;
import io.kugetsu.engine.KeyStore;
import io.kugetsu.engine.Liveness;
import io.kugetsu.engine.MachineTime;
import io.kugetsu.engine.NotificationStore;
import io.kugetsu.engine.SessionStore;
import io.kugetsu.engine.TaskStore;
import java.nio.file.Path;
import java.time.Clock;
import org.jspecify.annotations.Nullable;

/** An engine over a vault: in memory or in files. */
public final class VaultEngine implements Engine {
  private final Gate gate = new Gate();
  private final EngineTraits traits;
  private final Hints hints;
  private final TaskStore tasks;
  private final SessionStore sessions;
  private final NotificationStore notifications;
  private final KeyStore keys;

  private VaultEngine(
      Vault vault,
      Hints.@Nullable Bell bell,
      EngineTraits traits,
      Clock clock,
      MachineTime time,
      Liveness.Probe probe) {
    this.traits = traits;
    this.hints = new Hints(bell);
    this.tasks = new StoredTasks(vault, new Times(clock, time), probe, hints, gate);
    this.sessions = new StoredSessions(vault, hints, gate);
    this.notifications = new StoredNotifications(vault, gate);
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
    WakeFile wake = new WakeFile(layout.wake());
    return new VaultEngine(vault, wake, new EngineTraits(true, true), clock, time, probe);
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
  public EngineTraits traits() {
    gate.check();
    return traits;
  }

  @Override
  public void close() {
    if (gate.close()) {
      hints.close();
    }
  }
}
