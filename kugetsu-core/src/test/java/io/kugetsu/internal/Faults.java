package io.kugetsu.internal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.IntPredicate;

/** Makes steps on the disk fail, or ends what does them. One at a time in a JVM. */
public final class Faults implements AutoCloseable {
  /** What happens at a step. */
  public interface Fault {
    void happen() throws IOException;
  }

  /** Nothing after this is done any more, as if the program had been killed. */
  @SuppressWarnings("serial") // never written anywhere
  public static final class Killed extends Error {
    Killed() {
      super("killed");
    }
  }

  private static final Set<FaultPoints.Step> NEEDS_NO_ROOM =
      EnumSet.of(FaultPoints.Step.UNLINK, FaultPoints.Step.EMPTY, FaultPoints.Step.FORCE_DIRECTORY);

  private final Thread watched = Thread.currentThread();
  private final List<String> steps = new ArrayList<>();

  private Faults() {}

  /** Only counts what this thread does. */
  public static Faults none() {
    return watch(at -> false, () -> {});
  }

  /** This thread gets no further than to a step, the first is 0. */
  public static Faults killAt(int step) {
    return watch(
        at -> at >= step,
        () -> {
          throw new Killed();
        });
  }

  /** From a step on nothing fails but what needs room on the disk. */
  public static Faults fullFrom(int step) {
    Faults faults = new Faults();
    FaultPoints.watch(
        (what, file) -> {
          int at = faults.note(what, file);
          if (at >= step && !NEEDS_NO_ROOM.contains(what)) {
            full();
          }
        });
    return faults;
  }

  /** One step fails, and no other. */
  public static Faults failAt(int step) {
    return watch(at -> at == step, Faults::full);
  }

  /**
   * Each of these threads gets as far as to its step and stays there, in the middle of what it
   * does, for whoever kills this JVM.
   *
   * @param steps what each of them is allowed, changed while it goes on
   * @param arrived is told of each that is there, with what it would have done next
   */
  public static void holdAt(Map<Thread, AtomicInteger> steps, Consumer<String> arrived) {
    FaultPoints.watch(
        (step, file) -> {
          AtomicInteger left = steps.get(Thread.currentThread());
          if (left != null && left.getAndDecrement() == 0) {
            arrived.accept(step + " " + file.getFileName());
            while (true) {
              LockSupport.park();
            }
          }
        });
  }

  /** Something else is done in between, before a step. */
  public static Faults doAt(int step, Fault fault) {
    return watch(at -> at == step, fault);
  }

  private static void full() throws IOException {
    throw new IOException("No space left on device");
  }

  private static Faults watch(IntPredicate when, Fault fault) {
    Faults faults = new Faults();
    FaultPoints.watch(
        (step, file) -> {
          if (when.test(faults.note(step, file))) {
            fault.happen();
          }
        });
    return faults;
  }

  /** Which step of the watched thread this is; none of another one's. */
  private int note(FaultPoints.Step step, Path file) {
    if (Thread.currentThread() != watched) {
      return Integer.MIN_VALUE;
    }
    steps.add(step + " " + file);
    return steps.size() - 1;
  }

  /** What was done so far. */
  public List<String> steps() {
    return List.copyOf(steps);
  }

  @Override
  public void close() {
    FaultPoints.watch((step, file) -> {});
  }
}
