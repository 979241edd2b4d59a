/** Durable requests and the one way from a request to a run. */
@NullMarked
package io.kugetsu.queue;

import org.jspecify.annotations.NullMarked;
