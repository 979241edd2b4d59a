package io.kugetsu;

import io.kugetsu.common.TaskId;
import java.nio.file.Path;
import java.time.Instant;

/**
 * Where to find what one run wrote. The file holds it as it was written, with the secrets in it if
 * there are any, and is for its owner only; {@link io.kugetsu.task.TaskHandle#output(int)} reads it
 * with secrets masked.
 *
 * @param task the task
 * @param epoch which run of it, from 1
 * @param file where it is
 * @param at when it was last written to
 * @param bytes how long it is
 */
public record RunLog(TaskId task, long epoch, Path file, Instant at, long bytes) {}
