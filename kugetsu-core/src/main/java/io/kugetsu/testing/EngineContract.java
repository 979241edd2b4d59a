package io.kugetsu.testing;

import io.kugetsu.engine.Engine;
import io.kugetsu.engine.EngineTraits;
import io.kugetsu.engine.Liveness;
import io.kugetsu.engine.MachineTime;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * What every engine has to do, as a list of named checks. A test framework runs them one by one,
 * for example from a JUnit {@code @TestFactory}; a check that is not met fails with an {@link
 * AssertionError}.
 */
public final class EngineContract {
  private EngineContract() {}

  /** Makes storages for engines under test. */
  public interface Environment {
    /** {@return what the engines can do} */
    EngineTraits traits();

    /**
     * Makes a new, empty storage.
     *
     * @return the storage
     * @throws Exception when that fails
     */
    Storage newStorage() throws Exception;
  }

  /** Something to open engines on. */
  public interface Storage extends AutoCloseable {
    /**
     * Opens an engine. It is called again after the first one was closed only if the engine is
     * durable, and while the first one is open only if it is shared.
     *
     * @param clock the clock for the engine
     * @param time measures for the engine how long something is held back
     * @param probe tells the engine who lives
     * @return an open engine; the check closes it
     */
    Engine open(Clock clock, MachineTime time, Liveness.Probe probe);

    /**
     * Removes everything.
     *
     * @throws IOException when that fails
     */
    @Override
    void close() throws IOException;
  }

  /** Runs one check. */
  @FunctionalInterface
  public interface CheckBody {
    /**
     * Runs it.
     *
     * @param environment makes what it runs on
     * @throws Exception when something breaks
     * @throws AssertionError when the contract is not met
     */
    void run(Environment environment) throws Exception;
  }

  /**
   * One check.
   *
   * @param name what must be true, as a sentence
   * @param body finds out
   */
  public record Check(String name, CheckBody body) {
    /**
     * Runs the check.
     *
     * @param environment makes what it runs on
     * @throws Exception when something breaks
     * @throws AssertionError when the contract is not met
     */
    public void run(Environment environment) throws Exception {
      body.run(environment);
    }
  }

  /** A check and the engines that it is for. */
  record Applying(Check check, Predicate<EngineTraits> to) {}

  /**
   * The checks for an engine.
   *
   * @param traits what the engine can do
   * @return the checks
   */
  public static List<Check> checks(EngineTraits traits) {
    return all().stream()
        .filter(applying -> applying.to().test(traits))
        .map(Applying::check)
        .toList();
  }

  /**
   * The names of the checks that are not for an engine, to be shown as such.
   *
   * @param traits what the engine can do
   * @return the names of all checks that {@link #checks} leaves out
   */
  public static List<String> notApplicable(EngineTraits traits) {
    return all().stream()
        .filter(applying -> !applying.to().test(traits))
        .map(applying -> applying.check().name())
        .toList();
  }

  /**
   * One of the ten things that any engine owes, and by which checks it is found out.
   *
   * @param number which of the ten
   * @param text what is owed
   * @param checks the names of the checks that find out, here; may be empty
   * @param elsewhere what these checks cannot find out, and why; empty when there is nothing
   */
  public record Point(int number, String text, List<String> checks, String elsewhere) {
    /** Copies its list. */
    public Point {
      checks = List.copyOf(checks);
    }
  }

  /** {@return the ten things that any engine owes, in order} */
  public static List<Point> points() {
    return ContractPoints.ALL;
  }

  private static List<Applying> all() {
    List<Applying> all = new ArrayList<>();
    QueueChecks.addTo(all);
    RunChecks.addTo(all);
    ForegroundChecks.addTo(all);
    RetentionChecks.addTo(all);
    LimitChecks.addTo(all);
    AdmitChecks.addTo(all);
    SessionChecks.addTo(all);
    NotificationChecks.addTo(all);
    OrphanChecks.addTo(all);
    FamilyChecks.addTo(all);
    KeyChecks.addTo(all);
    StormChecks.addTo(all);
    DurableChecks.addTo(all);
    return all;
  }
}
