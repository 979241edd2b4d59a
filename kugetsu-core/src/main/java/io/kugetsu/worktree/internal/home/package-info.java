/** Bringing commits home, and what was done in a worktree. */
@NullMarked
package io.kugetsu.worktree.internal.home;

import org.jspecify.annotations.NullMarked;
