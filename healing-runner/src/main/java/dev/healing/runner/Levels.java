package dev.healing.runner;

import dev.healing.api.Configuration;
import dev.healing.api.Metric;
import dev.healing.core.json.JsonText;
import tools.jackson.databind.node.ObjectNode;

/**
 * From which values on the main metrics are a problem, for who draws them: what their detectors
 * were told, or go by where nothing was said. What was said of one mount, or what a plugin judges,
 * is not among it, nor what a detector that is switched off would go by.
 */
final class Levels {
  private Levels() {}

  /**
   * {@code {metric: {high?, critical?, low?, floor?}}}.
   *
   * @param configuration that an engine was built with
   */
  static ObjectNode of(Configuration configuration) {
    Configuration detectors = configuration.section("detectors");
    ObjectNode json = JsonText.object();
    levels(
        json, Metric.MEMORY_USED.toString(), detectors.section("memory_high"), "high", "critical");
    levels(json, Metric.FILESYSTEM_USED, detectors.section("disk_full"), "high", "critical");
    levels(json, Metric.CPU_BUSY.toString(), detectors.section("cpu_high"), "high");
    ObjectNode health = levels(json, "health", detectors.section("system_slow"), "low");
    configuration
        .section("limits")
        .told("health-floor")
        .ifPresent(floor -> health.put("floor", floor.doubleValue()));
    return json;
  }

  private static ObjectNode levels(
      ObjectNode json, String metric, Configuration detector, String... keys) {
    ObjectNode levels = json.putObject(metric);
    for (String key : keys) {
      detector.told(key).ifPresent(level -> levels.put(key, level.doubleValue()));
    }
    return levels;
  }
}
