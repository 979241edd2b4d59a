/**
 * How the worktrees are made: running git, reading its administrative files, undoing. Not exported.
 */
@NullMarked
package io.kugetsu.worktree.internal;

import org.jspecify.annotations.NullMarked;
