/** Reads what agents print. */
@NullMarked
package io.kugetsu.agent.internal;

import org.jspecify.annotations.NullMarked;
