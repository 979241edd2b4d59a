package io.kugetsu.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.testing.EngineContract;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

class EngineContractTest {
  @TestFactory
  Stream<DynamicTest> the_memory_engine_meets_the_contract() {
    return tests(new EngineTraits(false, false), () -> Engines::memory);
  }

  @TestFactory
  Stream<DynamicTest> the_files_engine_meets_the_contract(@TempDir Path temporary) {
    return tests(
        new EngineTraits(true, true),
        () -> {
          Path directory = newDirectory(temporary);
          return (clock, time, probe) -> Engines.files(directory, clock, time, probe);
        });
  }

  @Test
  void the_ten_points_name_checks_that_there_are_or_say_why_there_is_none() {
    EngineTraits all = new EngineTraits(true, true);
    List<String> names =
        EngineContract.checks(all).stream().map(EngineContract.Check::name).toList();
    List<Integer> numbers = new ArrayList<>();
    for (EngineContract.Point point : EngineContract.points()) {
      numbers.add(point.number());
      point.checks().forEach(name -> assertTrue(names.contains(name), name));
      assertFalse(point.checks().isEmpty() && point.elsewhere().isEmpty(), point.text());
    }
    assertEquals(List.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10), numbers);
  }

  private interface Opener {
    Engine open(Clock clock, MachineTime time, Liveness.Probe probe);
  }

  private interface NewStorage {
    Opener make();
  }

  private static Stream<DynamicTest> tests(EngineTraits traits, NewStorage storages) {
    EngineContract.Environment environment =
        new EngineContract.Environment() {
          @Override
          public EngineTraits traits() {
            return traits;
          }

          @Override
          public EngineContract.Storage newStorage() {
            Opener opener = storages.make();
            return new EngineContract.Storage() {
              @Override
              public Engine open(Clock clock, MachineTime time, Liveness.Probe probe) {
                return opener.open(clock, time, probe);
              }

              @Override
              public void close() {
                // The directory goes with the test.
              }
            };
          }
        };
    Stream<DynamicTest> run =
        EngineContract.checks(traits).stream()
            .map(check -> DynamicTest.dynamicTest(check.name(), () -> check.run(environment)));
    Stream<DynamicTest> skipped =
        EngineContract.notApplicable(traits).stream()
            .map(
                name ->
                    DynamicTest.dynamicTest(
                        name, () -> Assumptions.abort("not for an engine with " + traits)));
    return Stream.concat(run, skipped);
  }

  private static Path newDirectory(Path temporary) {
    try {
      return Files.createTempDirectory(temporary, "engine");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
