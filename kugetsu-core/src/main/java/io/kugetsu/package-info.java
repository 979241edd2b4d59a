/**
 * The facade: open a repository, hand messages over, wait or be told. What is here is what most
 * embedding tools need; the packages below it can be used alone.
 */
@NullMarked
package io.kugetsu;

import org.jspecify.annotations.NullMarked;
