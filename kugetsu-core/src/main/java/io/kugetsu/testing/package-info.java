/**
 * Helpers for the tests of tools and engines that build on kugetsu: a clock that is set by hand,
 * and the contract of engines as a list of named checks. Free of any test framework.
 */
@NullMarked
package io.kugetsu.testing;

import org.jspecify.annotations.NullMarked;
