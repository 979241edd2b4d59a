package io.kugetsu.queue;

/**
 * How many items there are. Immutable.
 *
 * @param total all that are kept
 * @param pending those that wait
 * @param notified those that were picked up and have not ended
 * @param completed those that are done
 * @param error those that ended in another way
 * @param cancelled those that were taken back before they started
 */
public record QueueStats(
    int total, int pending, int notified, int completed, int error, int cancelled) {}
