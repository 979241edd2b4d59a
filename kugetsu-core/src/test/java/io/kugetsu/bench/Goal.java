package io.kugetsu.bench;

import java.util.Locale;

/**
 * What a figure has to reach.
 *
 * @param kind what is compared, and how
 * @param bound the value that may just be reached
 */
record Goal(Kind kind, double bound) {
  enum Kind {
    /** The measured value is at most the bound. */
    AT_MOST,
    /** The measured value is at least the bound. */
    AT_LEAST,
    /** The measured value is at most so many times the floor. */
    TIMES_FLOOR,
    /** Nothing: the figure is there to be read. */
    NONE
  }

  static Goal atMost(double bound) {
    return new Goal(Kind.AT_MOST, bound);
  }

  static Goal atLeast(double bound) {
    return new Goal(Kind.AT_LEAST, bound);
  }

  static Goal timesFloor(double bound) {
    return new Goal(Kind.TIMES_FLOOR, bound);
  }

  static Goal none() {
    return new Goal(Kind.NONE, Double.NaN);
  }

  boolean isMetBy(Figure figure) {
    return switch (kind) {
      case AT_MOST -> figure.measured() <= bound;
      case AT_LEAST -> figure.measured() >= bound;
      case TIMES_FLOOR -> figure.ratio() <= bound;
      case NONE -> true;
    };
  }

  String text(String unit) {
    return switch (kind) {
      case AT_MOST -> "≤ " + Figure.number(bound, unit);
      case AT_LEAST -> "≥ " + Figure.number(bound, unit);
      case TIMES_FLOOR -> String.format(Locale.ROOT, "≤ %.2f × floor", bound);
      case NONE -> "-";
    };
  }
}
