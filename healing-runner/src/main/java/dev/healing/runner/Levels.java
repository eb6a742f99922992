package dev.healing.runner;

import dev.healing.api.Configuration;
import dev.healing.api.Metric;
import dev.healing.runner.control.Json;
import tools.jackson.databind.node.ObjectNode;

/**
 * From which values on the main metrics are a problem, for who draws them. What a detector was told
 * for one mount, or what a plugin judges, is not among it.
 */
final class Levels {
  private Levels() {}

  /**
   * {@code {metric: {high?, critical?, low?, floor?}}}, with the defaults of docs/configuration.md.
   */
  static ObjectNode of(Configuration configuration) {
    Configuration detectors = configuration.section("detectors");
    ObjectNode json = Json.object();
    usage(json.putObject(Metric.MEMORY_USED.toString()), detectors.section("memory_high"));
    usage(json.putObject(Metric.FILESYSTEM_USED), detectors.section("disk_full"));
    json.putObject(Metric.CPU_BUSY.toString())
        .put("high", detectors.section("cpu_high").fraction("high", 0.90));
    json.putObject("health")
        .put("low", detectors.section("system_slow").count("low", 50, 1, 99))
        .put("floor", configuration.section("limits").count("health-floor", 30, 0, 100));
    return json;
  }

  private static void usage(ObjectNode json, Configuration detector) {
    double high = detector.fraction("high", 0.90);
    json.put("high", high);
    // Without a level of its own it follows a raised high, as the detectors have it.
    json.put("critical", detector.fraction("critical", Math.max(high, 0.95)));
  }
}
