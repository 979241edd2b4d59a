/** What the repository and its files know of worktrees, and what was begun with them. */
@NullMarked
package io.kugetsu.worktree.internal.registry;

import org.jspecify.annotations.NullMarked;
