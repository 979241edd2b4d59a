/**
 * How an agent is driven: opencode by its command line, and any other command-line agent. A run of
 * an agent is a process under a supervisor of its own, which outlives the program that started it.
 * What is known of it is read from what it printed: a reader is given all lines from the first,
 * also when another program has gone on with the run.
 */
@NullMarked
package io.kugetsu.agent;

import org.jspecify.annotations.NullMarked;
