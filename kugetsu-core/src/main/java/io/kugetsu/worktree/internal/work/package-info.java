/** Looking for work that would be lost with a worktree. */
@NullMarked
package io.kugetsu.worktree.internal.work;

import org.jspecify.annotations.NullMarked;
