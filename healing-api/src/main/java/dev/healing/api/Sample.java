package dev.healing.api;

import java.time.Instant;
import java.util.Objects;

/**
 * One measured value. What could not be read has no sample.
 *
 * @param metric what was measured
 * @param value finite
 * @param at when
 */
public record Sample(Metric metric, double value, Instant at) {
  /** Refuses values that are no numbers: those are absent samples. */
  public Sample {
    Objects.requireNonNull(metric, "sample of no metric");
    Objects.requireNonNull(at, "sample without a time");
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException(
          "sample of " + metric + " is " + value + ": leave out what could not be read");
    }
  }
}
