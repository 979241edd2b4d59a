package io.kugetsu.engine;

import io.kugetsu.internal.Faults;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Takes one step of a scene and is gone in the middle of it. */
public final class FaultChild {
  private FaultChild() {}

  public static void main(String[] args) {
    Engine engine = Engines.files(Path.of(args[0]), FaultScene.CLOCK, Engines.localProbe());
    FaultScene.Step step = FaultScene.Step.valueOf(args[1]);
    FaultScene scene = FaultScene.prepared(engine, step, Engines.newOwner());
    byte[] line = (scene.subject + "\n").getBytes(StandardCharsets.UTF_8);
    System.out.write(line, 0, line.length);
    System.out.flush();
    try (Faults faults = Faults.haltAt(Integer.parseInt(args[2]))) {
      scene.act();
    }
  }
}
