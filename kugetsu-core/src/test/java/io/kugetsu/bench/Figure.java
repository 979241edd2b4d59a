package io.kugetsu.bench;

import java.util.Locale;

/**
 * One measured value.
 *
 * @param name its name within its benchmark, for example {@code p99 of 1 KiB}
 * @param unit of the measured value and the floor, for example {@code µs}
 * @param measured the value
 * @param floor the least that is possible, measured in the same run; NaN when there is none
 * @param goal what the value has to reach
 */
record Figure(String name, String unit, double measured, double floor, Goal goal) {
  Figure {
    if (name.contains("|") || unit.contains("|")) {
      throw new IllegalArgumentException("'|' separates the columns: " + name + " " + unit);
    }
  }

  /** A figure that is compared with nothing but its goal. */
  static Figure of(String name, String unit, double measured, Goal goal) {
    return new Figure(name, unit, measured, Double.NaN, goal);
  }

  /** {@return the measured value in floors, or NaN} */
  double ratio() {
    return measured / floor;
  }

  /** {@return whether the goal is reached; what could not be measured reaches none} */
  boolean isMet() {
    return goal.isMetBy(this);
  }

  /** {@return the value, its floor, their ratio, the goal and the verdict, as text} */
  String row() {
    return String.join(
        " | ",
        number(measured, unit),
        number(floor, unit),
        Double.isNaN(ratio()) ? "-" : String.format(Locale.ROOT, "%.2f", ratio()),
        goal.text(unit),
        goal.kind() == Goal.Kind.NONE ? "-" : isMet() ? "met" : "unmet");
  }

  static String number(double value, String unit) {
    if (Double.isNaN(value)) {
      return "-";
    }
    double size = Math.abs(value);
    String form = size >= 100 || value == Math.rint(value) ? "%.0f" : size >= 1 ? "%.2f" : "%.4f";
    return (String.format(Locale.ROOT, form, value) + " " + unit).strip();
  }
}
