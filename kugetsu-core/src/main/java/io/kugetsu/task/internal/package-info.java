/** The background manager on an engine. */
@NullMarked
package io.kugetsu.task.internal;

import org.jspecify.annotations.NullMarked;
