package io.kugetsu.engine;

import io.kugetsu.common.Experimental;
import io.kugetsu.common.TaskId;

/**
 * The right to change a running task's record. A token of an earlier epoch or of another owner is
 * fenced off: every call with it changes nothing and answers false.
 *
 * @param task the task
 * @param epoch the claim's number
 * @param instance the claiming {@link Owner#instance()}
 */
@Experimental
public record ClaimToken(TaskId task, long epoch, String instance) {}
