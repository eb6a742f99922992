package dev.healing.runner;

import dev.healing.api.MetricForecast;
import dev.healing.core.json.JsonText;
import java.time.Duration;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The JSON of {@code forecast}, of a running daemon. */
final class Forecasts {
  private Forecasts() {}

  /**
   * {@code {horizonMillis, forecasts: [{metric, used, limit, asOf, horizonMillis, reaches,
   * probability, at, lower, upper, right, wrong, silent?}]}}; the first {@code horizonMillis} is
   * the longest of them.
   */
  static ObjectNode of(List<MetricForecast> forecasts) {
    Duration longest =
        forecasts.stream().map(MetricForecast::horizon).reduce(Duration.ZERO, Forecasts::longer);
    ObjectNode json = JsonText.object().put("horizonMillis", longest.toMillis());
    ArrayNode array = json.putArray("forecasts");
    for (MetricForecast one : forecasts) {
      ObjectNode object =
          array
              .addObject()
              .put("metric", one.metric().toString())
              .put("used", Math.round(one.used() * 1e4) / 1e4)
              .put("limit", one.limit())
              .put("asOf", one.asOf().toString())
              .put("horizonMillis", one.horizon().toMillis())
              .put("reaches", one.reaches())
              .put("probability", Math.round(one.probability() * 1e3) / 1e3)
              .put("at", one.time().map(time -> time.at().toString()).orElse(null))
              .put("lower", one.time().map(time -> time.lower().toString()).orElse(null))
              .put("upper", one.time().map(time -> time.upper().toString()).orElse(null))
              .put("right", one.record().right())
              .put("wrong", one.record().wrong());
      one.silence().ifPresent(why -> object.put("silent", why));
    }
    return json;
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? other : one;
  }
}
