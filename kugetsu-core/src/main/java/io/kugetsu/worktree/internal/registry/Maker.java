package io.kugetsu.worktree.internal.registry;

import io.kugetsu.internal.DiskSteps;
import io.kugetsu.internal.ProcessFacts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** A note of the program that is making something, so that what it leaves can be told as left. */
final class Maker {
  private static final int ID = 3;

  private Maker() {}

  /** Notes this program, and which of all that it makes. */
  static void write(Path note, String id) throws IOException {
    long pid = ProcessFacts.ownPid();
    String boot = ProcessFacts.bootId();
    DiskSteps.write(
        note, pid + " " + ProcessFacts.startTicks(pid).orElse(0) + " " + boot + " " + id + "\n");
  }

  /** Whether a note is of just that. */
  static boolean isOf(Path note, String id) throws IOException {
    try {
      String[] words = words(note);
      return words.length > ID && words[ID].equals(id);
    } catch (NoSuchFileException e) {
      return false; // whoever wrote another one took it away just now
    }
  }

  /** Whether whoever wrote a note lives no more, or died while it wrote it. */
  static boolean isDead(Path note) throws IOException {
    String[] words = words(note);
    try {
      return words.length <= ID
          || !ProcessFacts.isAlive(Long.parseLong(words[0]), Long.parseLong(words[1]), words[2]);
    } catch (NumberFormatException e) {
      return true;
    }
  }

  private static String[] words(Path note) throws IOException {
    return Files.readString(note, StandardCharsets.UTF_8).strip().split(" ", -1);
  }
}
