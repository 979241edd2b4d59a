/** Sessions kept in an engine, and the work of an agent in its session. */
@NullMarked
package io.kugetsu.session.internal;

import org.jspecify.annotations.NullMarked;
