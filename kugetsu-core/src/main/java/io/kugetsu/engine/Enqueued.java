package io.kugetsu.engine;

import io.kugetsu.common.Experimental;

/**
 * What became of an enqueue.
 *
 * @param task the record: the new one, or the existing one with the same idempotency key
 * @param created whether it is new
 */
@Experimental
public record Enqueued(TaskRecord task, boolean created) {}
