package io.kugetsu.task.internal;

/** What becomes of a task's record when this JVM ends. */
enum Keeping {
  /** It is in this manager's memory only; nothing is on the disk unless it has to be. */
  IN_MEMORY,
  /** It is in an engine that ends with this JVM, so nobody could take its run over. */
  WITH_JVM,
  /** It is there for the next one. */
  DURABLE
}
