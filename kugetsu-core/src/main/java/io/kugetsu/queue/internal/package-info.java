/** The queue on an engine, and the dispatcher that starts what it holds. */
@NullMarked
package io.kugetsu.queue.internal;

import org.jspecify.annotations.NullMarked;
