package io.kugetsu;

import io.kugetsu.common.TaskId;
import java.nio.file.Path;
import java.time.Instant;

/**
 * What one run wrote, secrets masked.
 *
 * @param task the task
 * @param epoch which run of it, from 1
 * @param file where it is
 * @param at when it was last written to
 * @param bytes how long it is
 */
public record RunLog(TaskId task, long epoch, Path file, Instant at, long bytes) {}
