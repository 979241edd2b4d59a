/**
 * The words every other package shares: identifiers, refs, limit keys, limits, task states and the
 * root of the exception tree. Nothing here touches a file, a process or a clock of its own.
 */
@NullMarked
package io.kugetsu.common;

import org.jspecify.annotations.NullMarked;
