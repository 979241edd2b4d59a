package io.kugetsu.limit.internal;

import io.kugetsu.engine.Headroom;
import io.kugetsu.limit.AdmissionGate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Looks at what a disk has left for this user. */
public final class FreeDiskGate implements AdmissionGate {
  private final Path place;
  private final Share share;

  /**
   * Makes the gate.
   *
   * @param place any place on the disk
   * @param bytesEach how much for each agent
   */
  public FreeDiskGate(Path place, long bytesEach) {
    this.place = place;
    this.share = new Share(bytesEach, "disk at " + place);
  }

  @Override
  public Headroom look() {
    try {
      return share.of(Files.getFileStore(place).getUsableSpace());
    } catch (IOException e) {
      return new Headroom(0, "what is free on the disk cannot be told: " + e);
    }
  }
}
