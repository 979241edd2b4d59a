/** Who may run: the public face of the limits that the engine enforces. */
@NullMarked
package io.kugetsu.limit;

import org.jspecify.annotations.NullMarked;
