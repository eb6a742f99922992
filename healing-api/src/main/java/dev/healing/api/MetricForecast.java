package dev.healing.api;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * When a metric will reach its limit, as far as anybody can say.
 *
 * @param metric what has the limit
 * @param asOf when it was made
 * @param used the newest value, in the unit of the metric
 * @param limit what is not to be reached, in the same unit
 * @param horizon how far it looks ahead
 * @param probability that the limit is reached within the horizon, 0 to 1
 * @param reaches whether that is to be believed
 * @param time when, be it beyond the horizon; absent where nothing says that it ever will be
 * @param silence why nothing is said; absent if something is
 * @param record what came of what was said of it before
 */
public record MetricForecast(
    Metric metric,
    Instant asOf,
    double used,
    double limit,
    Duration horizon,
    double probability,
    boolean reaches,
    Optional<Time> time,
    Optional<String> silence,
    Record record) {
  /**
   * When it will be.
   *
   * @param lower before this in one case of ten
   * @param at as likely before as after it
   * @param upper after this in one case of ten
   */
  public record Time(Instant lower, Instant at, Instant upper) {}

  /**
   * What came of what was said of it within the last days.
   *
   * @param right how often it came true, or would have without what was done about it
   * @param wrong how often it did not
   */
  public record Record(int right, int wrong) {}

  /** Validates. */
  public MetricForecast {
    Objects.requireNonNull(metric, "forecast without a metric");
    Objects.requireNonNull(asOf, "forecast without a time");
    Objects.requireNonNull(horizon, "forecast without a horizon");
    Objects.requireNonNull(time, "forecast without a time, not even empty");
    Objects.requireNonNull(silence, "forecast without a silence, not even empty");
    Objects.requireNonNull(record, "forecast without a record");
    if (!(probability >= 0 && probability <= 1)) {
      throw new IllegalArgumentException(
          "forecast of " + metric + " with probability " + probability + ": expected 0 to 1");
    }
  }
}
