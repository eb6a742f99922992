package dev.healing.runner.series;

import java.time.Instant;
import java.util.OptionalDouble;

/**
 * One row of a series.
 *
 * @param line where it is in its file, from 1
 * @param at when it was measured
 * @param value what was measured; empty if it is missing
 * @param text both as they are in the file: {@code timestamp,value}
 */
public record Row(long line, Instant at, OptionalDouble value, String text) {}
