package io.kugetsu.config;

/** What becomes of runs that a crash or a reboot of the machine interrupted. */
public enum ResumePolicy {
  /** Their sessions are interrupted, with the message kept, and wait for a person. */
  ASK,
  /** Their messages are sent again in the same sessions; it counts as no attempt. */
  AUTO,
  /** They end in error, and what waits for their sessions goes on. */
  NEVER
}
