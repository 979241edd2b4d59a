/**
 * Starts programs, follows their output and ends them with everything they started.
 *
 * <p>A {@link io.kugetsu.process.ProcessSpec} says what to run, a {@link
 * io.kugetsu.process.ProcessRunner} runs it, a {@link io.kugetsu.process.RunningProcess} is the
 * hold on it and a {@link io.kugetsu.process.ProcessExit} says how it ended. Every process of one
 * run carries the run's marker in its environment, so that the whole tree can be found again, by
 * this program or by a later one: see {@link io.kugetsu.process.ProcessTrees}.
 */
@NullMarked
package io.kugetsu.process;

import org.jspecify.annotations.NullMarked;
