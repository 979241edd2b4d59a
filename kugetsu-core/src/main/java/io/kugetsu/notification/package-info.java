/** What was told about tasks, kept with whether it was read. */
@NullMarked
package io.kugetsu.notification;

import org.jspecify.annotations.NullMarked;
