package dev.healing.api;

import java.time.Instant;

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
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException(
          "sample of " + metric + " is " + value + ": leave out what could not be read");
    }
  }
}
