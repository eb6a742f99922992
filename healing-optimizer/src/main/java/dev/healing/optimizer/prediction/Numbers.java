package dev.healing.optimizer.prediction;

import dev.healing.api.Metric;
import dev.healing.api.MetricForecast;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A forecast as the numbers and words of an issue.
 *
 * @param component of the metric
 * @param now from when times are counted
 */
record Numbers(String component, Instant now, MetricForecast.Time time) {
  SortedMap<String, Double> of(MetricForecast told) {
    SortedMap<String, Double> numbers = new TreeMap<>();
    put(numbers, Metric.FORECAST_LIMIT, told.limit());
    put(numbers, Metric.FORECAST_PROBABILITY, told.probability());
    put(numbers, Metric.FORECAST_LOWER, seconds(time.lower()));
    put(numbers, Metric.FORECAST_AT, seconds(time.at()));
    put(numbers, Metric.FORECAST_UPPER, seconds(time.upper()));
    put(numbers, Metric.FORECAST_JUDGED, judged(told.horizon()));
    return numbers;
  }

  private void put(SortedMap<String, Double> numbers, String name, double value) {
    numbers.put(Metric.of(name, component).toString(), value);
  }

  private double seconds(Instant at) {
    return Math.max(0, Duration.between(now, at).toSeconds());
  }

  /** It is to be true by the time that it says at most, and no later than twice the horizon. */
  private double judged(Duration horizon) {
    double least = horizon.toSeconds();
    return Math.max(least, Math.min(2 * least, seconds(time.upper())));
  }

  /** "in 2 h 10 min, most likely between 1 h 20 min and 3 h". */
  String when() {
    return "in "
        + words(time.at())
        + ", most likely between "
        + words(time.lower())
        + " and "
        + words(time.upper());
  }

  private String words(Instant at) {
    long minutes = (long) seconds(at) / 60;
    if (minutes < 60) {
      return minutes + " min";
    }
    long hours = minutes / 60;
    return hours < 24
        ? hours + " h " + minutes % 60 + " min"
        : String.format(Locale.ROOT, "%.1f d", hours / 24.0);
  }

  static String percent(double fraction) {
    double percent = fraction * 100;
    long whole = Math.round(percent);
    return Math.abs(percent - whole) < 0.499 // however it rounds: formatting costs more than a look
        ? whole + " %"
        : String.format(Locale.ROOT, "%.0f %%", percent);
  }
}
