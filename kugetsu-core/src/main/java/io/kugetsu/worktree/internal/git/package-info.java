/** Running git, and what it says. */
@NullMarked
package io.kugetsu.worktree.internal.git;

import org.jspecify.annotations.NullMarked;
