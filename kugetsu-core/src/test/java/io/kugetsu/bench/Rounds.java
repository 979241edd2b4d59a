package io.kugetsu.bench;

/**
 * Times two operations in turns, so that whatever disturbs the machine disturbs both.
 *
 * @param measured the durations of the operation
 * @param floor the durations of the least that is possible
 */
record Rounds(Samples measured, Samples floor) {
  /** Something to be timed. */
  @FunctionalInterface
  interface Operation {
    void run() throws Exception;
  }

  /**
   * Runs both operations so many times, after so many times that do not count. Who goes first
   * changes every round.
   */
  static Rounds interleaved(int warmUp, int rounds, Operation measured, Operation floor)
      throws Exception {
    Samples ignored = new Samples();
    for (int i = 0; i < warmUp; i++) {
      time(measured, ignored);
      time(floor, ignored);
    }
    Rounds result = new Rounds(new Samples(), new Samples());
    for (int i = 0; i < rounds; i++) {
      if (i % 2 == 0) {
        time(measured, result.measured);
        time(floor, result.floor);
      } else {
        time(floor, result.floor);
        time(measured, result.measured);
      }
    }
    return result;
  }

  /** {@return a percentile of both, as a figure in microseconds} */
  Figure percentile(String name, double percent, Goal goal) {
    return new Figure(
        name, "µs", measured.percentileMicros(percent), floor.percentileMicros(percent), goal);
  }

  private static void time(Operation operation, Samples samples) throws Exception {
    long start = System.nanoTime();
    operation.run();
    samples.add(System.nanoTime() - start);
  }
}
