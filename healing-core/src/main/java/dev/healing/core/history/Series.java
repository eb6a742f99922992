package dev.healing.core.history;

import dev.healing.api.Metric;
import java.time.Instant;

/**
 * A series that the history knows.
 *
 * @param metric what was measured
 * @param first the oldest point
 * @param last the one that was written last
 * @param newest its value, to within {@link History#PRECISION}
 */
public record Series(Metric metric, Instant first, Instant last, double newest) {}
