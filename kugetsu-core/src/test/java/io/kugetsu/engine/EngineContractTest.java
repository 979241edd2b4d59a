package io.kugetsu.engine;

import io.kugetsu.testing.EngineContract;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
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
