/** Several JVMs on one directory, watched from outside. */
@NullMarked
package io.kugetsu.storm;

import org.jspecify.annotations.NullMarked;
