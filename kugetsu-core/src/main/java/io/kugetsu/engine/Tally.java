package io.kugetsu.engine;

import io.kugetsu.common.Experimental;
import io.kugetsu.common.TaskStatus;

/**
 * How many tasks have something in common.
 *
 * @param kind their kind
 * @param status their status
 * @param value what they have under the outcome entry that was asked for; empty for nothing, and as
 *     long as they have not ended
 * @param count how many there are
 */
@Experimental
public record Tally(String kind, TaskStatus status, String value, int count) {}
