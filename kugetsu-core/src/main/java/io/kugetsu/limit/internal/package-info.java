/** Permits kept as running records of an engine. */
@NullMarked
package io.kugetsu.limit.internal;

import org.jspecify.annotations.NullMarked;
