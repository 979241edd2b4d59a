/** Finds out how everything stands. */
@NullMarked
package io.kugetsu.operations.internal;

import org.jspecify.annotations.NullMarked;
