package io.kugetsu.bench;

import java.nio.file.Path;
import java.util.List;

/** A measurement that can be run by its name. */
interface Benchmark {
  /** {@return its name: lower-case words and dashes} */
  String name();

  /**
   * Measures, and returns within minutes.
   *
   * @param scratch an empty directory, deleted afterwards
   */
  List<Figure> measure(Path scratch) throws Exception;

  /** What {@link #measure} does, as a function. */
  @FunctionalInterface
  interface Body {
    List<Figure> measure(Path scratch) throws Exception;
  }

  static Benchmark of(String name, Body body) {
    return new Benchmark() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public List<Figure> measure(Path scratch) throws Exception {
        return body.measure(scratch);
      }
    };
  }
}
