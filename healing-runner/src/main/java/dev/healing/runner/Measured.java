package dev.healing.runner;

import dev.healing.api.Configuration;
import dev.healing.api.HealingException;
import dev.healing.api.Metric;
import dev.healing.core.history.History;
import dev.healing.core.history.Points;
import dev.healing.core.history.Series;
import dev.healing.core.json.JsonText;
import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The JSON of {@code metrics}. */
final class Measured {
  /** Without a step of their own, points are at most so many. */
  static final int ROWS = 120;

  private static final MathContext DIGITS = new MathContext(5);
  private static final List<Duration> STEPS =
      Stream.of("1s", "10s", "1m", "5m", "15m", "1h", "6h", "1d")
          .map(Configuration::parseDuration)
          .toList();

  private Measured() {}

  /**
   * Which points are asked for.
   *
   * @param until the newest, which is now
   * @param since how far back; an hour without it
   * @param every the step; the shortest that gives at most {@link #ROWS} points without it
   */
  record Span(Instant until, Optional<Duration> since, Optional<Duration> every) {
    Duration length() {
      return since.orElse(Duration.ofHours(1));
    }

    Duration step() {
      return every.orElseGet(
          () ->
              STEPS.stream()
                  .filter(step -> length().dividedBy(step) <= ROWS)
                  .findFirst()
                  .orElse(STEPS.get(STEPS.size() - 1)));
    }
  }

  /** {@code {series: [{metric, first, last, newest}]}}. */
  static ObjectNode all(History history) {
    ObjectNode json = JsonText.object();
    ArrayNode array = json.putArray("series");
    for (Series one : history.series()) {
      array
          .addObject()
          .put("metric", one.metric().toString())
          .put("first", one.first().toString())
          .put("last", one.last().toString())
          .put("newest", rounded(one.newest()));
    }
    return json;
  }

  /**
   * The series that is meant.
   *
   * @throws HealingException if there is none of that name
   */
  static Metric series(History history, String name) {
    Metric metric = Metric.parse(name);
    List<Metric> known = history.series().stream().map(Series::metric).toList();
    if (known.contains(metric)) {
      return metric;
    }
    List<String> alike =
        known.stream()
            .filter(one -> one.name().equals(metric.name()))
            .map(Metric::toString)
            .toList();
    throw new HealingException(
        "there is no series '"
            + name
            + "': "
            + (alike.isEmpty()
                ? "'healing metrics' lists those that there are"
                : "expected one of " + String.join(", ", alike)));
  }

  /**
   * {@code {metric, stepMillis, points: [{at, min, average, max}], damaged}}.
   *
   * @throws IllegalArgumentException if these are no steps, or too many
   */
  static ObjectNode one(History history, Metric metric, Span span) {
    Points points =
        history.points(metric, span.until().minus(span.length()), span.until(), span.step());
    ObjectNode json =
        JsonText.object()
            .put("metric", metric.toString())
            .put("stepMillis", points.step().toMillis());
    ArrayNode array = json.putArray("points");
    for (int i = 0; i < points.size(); i++) {
      array
          .addObject()
          .put("at", points.at(i).toString())
          .put("min", rounded(points.lowest(i)))
          .put("average", rounded(points.average(i)))
          .put("max", rounded(points.highest(i)));
    }
    points.damaged().forEach(json.putArray("damaged")::add);
    return json;
  }

  /** No digits that were not measured. */
  private static double rounded(double value) {
    return new BigDecimal(value).round(DIGITS).doubleValue();
  }
}
