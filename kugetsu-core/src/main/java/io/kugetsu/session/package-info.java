/**
 * Which agent session belongs to which issue, and where it works. The record of a session is
 * written ahead of what it says: that it is prepared, where its agent is about to work, that it
 * runs. So the instance that takes over a run from a closed or dead one finds the session and its
 * worktree, and ends both as if it had started them.
 */
@NullMarked
package io.kugetsu.session;

import org.jspecify.annotations.NullMarked;
