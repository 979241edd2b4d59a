/**
 * Everything that runs: one life for each task, one writer of its end, one handle to wait for it,
 * read it and stop it. What the work is, is known only through a {@link io.kugetsu.task.WorkType}
 * for each kind.
 */
@NullMarked
package io.kugetsu.task;

import org.jspecify.annotations.NullMarked;
