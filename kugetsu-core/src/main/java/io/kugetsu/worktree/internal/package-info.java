/**
 * How worktrees are made, looked into, brought home and removed, in packages by feature. Not
 * exported.
 */
@NullMarked
package io.kugetsu.worktree.internal;

import org.jspecify.annotations.NullMarked;
