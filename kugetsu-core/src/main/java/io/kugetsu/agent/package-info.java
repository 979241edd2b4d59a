/** How an agent is driven: opencode by its command line, and any other command-line agent. */
@NullMarked
package io.kugetsu.agent;

import org.jspecify.annotations.NullMarked;
