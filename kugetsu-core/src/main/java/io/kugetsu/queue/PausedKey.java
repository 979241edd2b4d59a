package io.kugetsu.queue;

import io.kugetsu.common.LimitKey;
import java.time.Instant;

/**
 * A limit key that nothing is started for. Immutable.
 *
 * @param key the key
 * @param why what to tell a person
 * @param since since when
 * @param byItself whether it was paused because runs with it failed; then one run in a while is let
 *     through, and opens it again if it works. Otherwise somebody paused it, and has to resume it
 */
public record PausedKey(LimitKey key, String why, Instant since, boolean byItself) {}
