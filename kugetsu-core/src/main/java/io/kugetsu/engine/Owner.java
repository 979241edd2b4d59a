package io.kugetsu.engine;

import io.kugetsu.common.Experimental;

/**
 * One open instance of kugetsu, as others can recognise it: the process by identifier, start time
 * and boot, so that a reused process identifier or a reboot is never taken for it.
 *
 * @param instance unique for each opening
 * @param pid the process that opened it
 * @param startTicks when that process started: in clock ticks since boot where the system tells,
 *     else in milliseconds since 1970
 * @param bootId identifies the boot of the machine; empty where the system does not tell
 */
@Experimental
public record Owner(String instance, long pid, long startTicks, String bootId) {}
