/** Saving what is in a worktree, and giving it back. */
@NullMarked
package io.kugetsu.worktree.internal.rescue;

import org.jspecify.annotations.NullMarked;
