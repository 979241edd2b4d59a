package io.kugetsu.operations;

import io.kugetsu.common.LimitKey;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How a limit key stood at one moment. Immutable.
 *
 * @param key the key
 * @param held how many permits of it are taken
 * @param waiting how many wait in the line that need one
 * @param limit how many there may be by this instance's settings; empty for any number
 * @param room how many there may be for now, as something is held against the key; 0 when it is
 *     paused or closed; empty when nothing is
 * @param reason what is held against it, for a person; empty when nothing is
 * @param until when that is over by itself, as far as it is known; or empty
 */
public record KeyUse(
    LimitKey key,
    int held,
    int waiting,
    OptionalInt limit,
    OptionalInt room,
    Optional<String> reason,
    Optional<Instant> until) {}
