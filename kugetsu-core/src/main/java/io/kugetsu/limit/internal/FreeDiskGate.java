package io.kugetsu.limit.internal;

import io.kugetsu.engine.Headroom;
import io.kugetsu.limit.AdmissionGate;
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
    // not by the file store, for which a mount point has to be found, and in some containers is not
    return share.of(place.toFile().getUsableSpace());
  }
}
