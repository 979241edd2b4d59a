/** Settings from file and environment, and the masking of secrets in everything that is shown. */
@NullMarked
package io.kugetsu.config;

import org.jspecify.annotations.NullMarked;
