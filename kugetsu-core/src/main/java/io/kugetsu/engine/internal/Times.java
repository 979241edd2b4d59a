package io.kugetsu.engine.internal;

import io.kugetsu.engine.MachineTime;
import io.kugetsu.engine.Moment;
import java.time.Clock;
import java.time.Instant;

/**
 * The two times there are: one to be shown, and one to measure waiting by.
 *
 * @param clock tells what to show; somebody may set it
 * @param machine tells how long something has waited; nobody can set it
 */
record Times(Clock clock, MachineTime machine) {
  Instant instant() {
    return clock.instant();
  }

  Moment moment() {
    return machine.now();
  }
}
