/**
 * The engines themselves: one admission decision, one set of transitions and one implementation of
 * the stores, over a vault that keeps the records in memory or in files. Not exported.
 */
@NullMarked
package io.kugetsu.engine.internal;

import org.jspecify.annotations.NullMarked;
