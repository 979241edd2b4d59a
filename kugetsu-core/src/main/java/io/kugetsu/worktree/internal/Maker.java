package io.kugetsu.worktree.internal;

import io.kugetsu.internal.ProcessFacts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A note of the program that is making something, so that what it leaves can be told as left. */
final class Maker {
  private Maker() {}

  /** Notes this program. */
  static void write(Path note) throws IOException {
    long pid = ProcessFacts.ownPid();
    Files.writeString(
        note,
        pid + " " + ProcessFacts.startTicks(pid).orElse(0) + " " + ProcessFacts.bootId() + "\n");
  }

  /** Whether whoever wrote a note lives no more, or died while it wrote it. */
  static boolean isDead(Path note) throws IOException {
    String[] words = Files.readString(note, StandardCharsets.UTF_8).strip().split(" ");
    try {
      return words.length < 2
          || !ProcessFacts.isAlive(
              Long.parseLong(words[0]), Long.parseLong(words[1]), words.length > 2 ? words[2] : "");
    } catch (NumberFormatException e) {
      return true;
    }
  }
}
