package io.kugetsu.engine;

import io.kugetsu.common.Experimental;

/**
 * What an engine can do. The contract kit chooses its checks by it.
 *
 * @param durable whether what was acknowledged survives the end of the JVM
 * @param shared whether several JVMs may use the same store at once
 */
@Experimental
public record EngineTraits(boolean durable, boolean shared) {}
