/** Making worktrees, adopting them, and putting them in order. */
@NullMarked
package io.kugetsu.worktree.internal.making;

import org.jspecify.annotations.NullMarked;
