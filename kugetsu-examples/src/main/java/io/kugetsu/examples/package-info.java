/** Programs that use kugetsu as any other tool would: through its public API only. */
package io.kugetsu.examples;
