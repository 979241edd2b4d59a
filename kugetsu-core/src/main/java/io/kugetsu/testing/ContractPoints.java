package io.kugetsu.testing;

import io.kugetsu.testing.EngineContract.Point;
import java.util.List;

/** What the checks of the contract are for, in ten points. */
final class ContractPoints {
  private static final String KILLED =
      "a program that is killed at any step is no part of this kit, which runs in one program; "
          + "whoever makes an engine kills real ones";
  private static final String NO_LEASES =
      "for engines with leases only, which there are none of yet: on one machine the system tells "
          + "who is dead, see the checks about dead owners";

  static final List<Point> ALL =
      List.of(
          new Point(
              1,
              "what was acknowledged is there after a crash; one key, one task, also after its end",
              List.of(
                  "what was accepted is there after a reopening",
                  "every state is the same after a reopening",
                  "the same idempotency key is accepted once",
                  "an idempotency key is known after a reopening"),
              KILLED),
          new Point(
              2,
              "no more runs at once than any limit allows, whoever claims and whoever dies",
              List.of(
                  "no key runs more than its limit",
                  "with many claimers and some that die no limit is ever passed and nothing runs twice",
                  "two open engines share limits and order"),
              KILLED),
          new Point(
              3,
              "in order for each key, a full key blocks no other, and what comes back keeps its"
                  + " place",
              List.of(
                  "work is handed out by priority, then in order",
                  "a full key never blocks others",
                  "a claim that is given back keeps its place",
                  "a retry waits its delay and keeps its place",
                  "settling may end in another try"),
              ""),
          new Point(
              4,
              "the run of a dead owner is handed out again, and the old right to it is void",
              List.of(
                  "a dead owner's run is handed out once, to be settled",
                  "whoever settles may die too",
                  "a fenced token changes nothing"),
              "the end of a lease instead of a death: " + NO_LEASES),
          new Point(5, "what is renewed is what is held", List.of(), NO_LEASES),
          new Point(
              6,
              "another try comes no earlier than asked for, and an end is told once",
              List.of(
                  "a retry waits its delay and keeps its place",
                  "a clock that is set moves no other try",
                  "owed notifications are told once, with the step"),
              "how many tries there are is decided by who ends the runs, not by the engine"),
          new Point(
              7,
              "what is for one host goes to no other",
              List.of(),
              "for engines of several hosts only, which there are none of yet"),
          new Point(
              8,
              "changed limits count at the next claim, and lowering one ends nothing",
              List.of("changed limits count at the next claim", "a limit of zero pauses a key"),
              ""),
          new Point(
              9,
              "an engine that cannot be reached fails loudly and loses nothing",
              List.of(),
              "for remote engines only, which there are none of yet"),
          new Point(
              10,
              "who has nothing to do hardly asks",
              List.of("subscribers hear of new work until they close"),
              "how often it asks is the dispatcher's matter and measured there"));

  private ContractPoints() {}
}
