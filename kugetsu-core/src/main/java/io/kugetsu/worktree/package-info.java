/**
 * Isolated checkouts: git worktrees that are created, listed, looked into, brought home and removed
 * without ever losing work. Stands alone: no agent, no issue and no queue is needed, only the
 * program {@code git}, 2.36 or later; 2.38 to merge. Start at {@link
 * io.kugetsu.worktree.WorktreeService}.
 */
@NullMarked
package io.kugetsu.worktree;

import org.jspecify.annotations.NullMarked;
