/** What a fresh worktree needs before it is ready. */
@NullMarked
package io.kugetsu.worktree.internal.setup;

import org.jspecify.annotations.NullMarked;
