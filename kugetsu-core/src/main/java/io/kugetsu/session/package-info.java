/** Which agent session belongs to which issue, and where it works. */
@NullMarked
package io.kugetsu.session;

import org.jspecify.annotations.NullMarked;
