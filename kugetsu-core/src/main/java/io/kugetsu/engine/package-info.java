/**
 * Where tasks, limits, sessions and notifications are kept, and what must be atomic together.
 *
 * <p>Queue and limiter are one operation here on purpose: every design that asks a limiter first
 * and a queue second admits too many or loses the order. Everything in a signature is an immutable
 * value of this package or of {@code io.kugetsu.common}; the typed views of sessions and
 * notifications are made above it. An engine never decides how a run ended: it is told.
 */
@NullMarked
package io.kugetsu.engine;

import org.jspecify.annotations.NullMarked;
