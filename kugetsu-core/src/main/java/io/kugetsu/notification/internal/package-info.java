/** Notifications kept in an engine. */
@NullMarked
package io.kugetsu.notification.internal;

import org.jspecify.annotations.NullMarked;
