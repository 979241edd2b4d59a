package io.kugetsu.internal;

import java.nio.file.Path;

/** Says whether a lock is free, as another JVM sees it. */
public final class LockChild {
  private LockChild() {}

  public static void main(String[] args) {
    System.out.println(FileLocks.of(Path.of(args[0])).tryLock().isPresent() ? "free" : "taken");
  }
}
