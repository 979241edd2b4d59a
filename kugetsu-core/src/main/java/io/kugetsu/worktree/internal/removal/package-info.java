/** Taking worktrees away. */
@NullMarked
package io.kugetsu.worktree.internal.removal;

import org.jspecify.annotations.NullMarked;
