package io.kugetsu.engine;

import io.kugetsu.common.Experimental;

/**
 * A task that was handed to the claimer, with its permits.
 *
 * @param token the right to change its record
 * @param task its record, running or stopping
 * @param orphaned true when it is the run of a dead owner or one that its owner released, of the
 *     same epoch, handed over to be taken over: to be gone on with if it lives, to be settled if it
 *     does not; false when it is to be run
 */
@Experimental
public record Claim(ClaimToken token, TaskRecord task, boolean orphaned) {}
