/** How everything stands, for people and programs that look after it. */
@NullMarked
package io.kugetsu.operations;

import org.jspecify.annotations.NullMarked;
