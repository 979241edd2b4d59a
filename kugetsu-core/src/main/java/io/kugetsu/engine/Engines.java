package io.kugetsu.engine;

import io.kugetsu.common.Experimental;
import io.kugetsu.engine.internal.LocalProbe;
import io.kugetsu.engine.internal.VaultEngine;
import io.kugetsu.internal.ProcessFacts;
import java.nio.file.Path;
import java.time.Clock;
import java.util.UUID;
import java.util.function.Predicate;

/** Opens the engines that come with kugetsu, and tells them who is who on this machine. */
@Experimental
public final class Engines {
  private Engines() {}

  /**
   * An engine that keeps everything on the heap and forgets it with the JVM: for tests, and for
   * tools that only want limits.
   *
   * @param clock for timestamps and for what is not to run before some time
   * @param probe tells who lives
   * @return a new, empty engine
   */
  public static Engine memory(Clock clock, Liveness.Probe probe) {
    return memory(clock, MachineTime.system(), probe);
  }

  /**
   * The same with a time of its own, for tests.
   *
   * @param clock for timestamps and for what is not to run before some time
   * @param time measures how long something is held back
   * @param probe tells who lives
   * @return a new, empty engine
   */
  public static Engine memory(Clock clock, MachineTime time, Liveness.Probe probe) {
    return VaultEngine.inMemory(clock, time, probe);
  }

  /**
   * An engine that keeps everything as JSON files in a directory of the local file system. Any
   * number of engines, in any number of JVMs of one machine and one user, may be open on one
   * directory at the same time. What it acknowledged is on the disk.
   *
   * <p>Opening it brings to an end what a killed JVM left half done. A record that cannot be read
   * is renamed to {@code <name>.json.corrupt-<n>}, kept and reported in the log; what asks for it
   * fails with a {@link io.kugetsu.common.StorageException} until somebody repaired or removed that
   * file, and everything else goes on. A record of a newer version of kugetsu is left as it is and
   * refused in the same way.
   *
   * <p>A thread's interrupt neither breaks a call off nor gets lost. A call waits at most 30
   * seconds for others to leave the directory's lock.
   *
   * @param directory where; made, for its owner only, if it is missing
   * @param clock for timestamps and for what is not to run before some time
   * @param probe tells who lives
   * @return an open engine
   * @throws io.kugetsu.common.StorageException when the directory cannot be used
   */
  public static Engine files(Path directory, Clock clock, Liveness.Probe probe) {
    return files(directory, clock, MachineTime.system(), probe);
  }

  /**
   * The same with a time of its own, for tests.
   *
   * @param directory where; made, for its owner only, if it is missing
   * @param clock for timestamps and for what is not to run before some time
   * @param time measures how long something is held back; the same for all engines on a directory
   * @param probe tells who lives
   * @return an open engine
   * @throws io.kugetsu.common.StorageException when the directory cannot be used
   */
  public static Engine files(Path directory, Clock clock, MachineTime time, Liveness.Probe probe) {
    return VaultEngine.inFiles(directory, clock, time, probe);
  }

  /**
   * Tells by asking the operating system of this machine: process identifier, start time and boot.
   * It knows processes, not openings: an instance that was closed lives as long as its process
   * does. A supervised tree counts as dead when its supervisor is.
   *
   * @return the probe; quick, thread-safe
   */
  public static Liveness.Probe localProbe() {
    return localProbe(marker -> false);
  }

  /**
   * Tells what {@link #localProbe()} tells, and knows trees that outlived their supervisor.
   *
   * @param treeLives asked by {@link Holder.Supervised#marker()}, only when the supervisor is gone
   *     and the boot is the present one: whether any process of that tree may still live. Must be
   *     quick and thread-safe; when it throws, the answer is {@link Liveness#UNKNOWN}
   * @return the probe; quick, thread-safe
   */
  public static Liveness.Probe localProbe(Predicate<String> treeLives) {
    return new LocalProbe(treeLives);
  }

  /**
   * A new instance in this JVM.
   *
   * @return an owner that no other call returns
   */
  public static Owner newOwner() {
    long pid = ProcessFacts.ownPid();
    return new Owner(
        UUID.randomUUID().toString(),
        pid,
        ProcessFacts.startTicks(pid).orElse(0),
        ProcessFacts.bootId());
  }
}
