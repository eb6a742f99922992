package dev.healing.core.watch;

import dev.healing.api.Detection;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.MetricForecast;
import dev.healing.api.Unreadable;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What one look found.
 *
 * @param startedNanos monotonic time when it began: it tells nothing about what was done later
 * @param state what was measured
 * @param detections what each detector that could look says, by its name
 * @param missed those of them who asked for what should have been measured and was not
 * @param faults what is wrong with plugins, by {@code kind:name}
 */
public record Observation(
    long startedNanos,
    HostState state,
    Map<String, Detection> detections,
    Set<String> missed,
    Map<String, String> faults) {
  /** All issues, by whichever detector. */
  public List<Issue> issues() {
    List<Issue> issues = new ArrayList<>();
    detections.values().forEach(detection -> issues.addAll(detection.issues()));
    return issues;
  }

  /** What detectors say of what will be. */
  public List<MetricForecast> forecasts() {
    List<MetricForecast> forecasts = new ArrayList<>();
    detections.values().forEach(detection -> forecasts.addAll(detection.forecasts()));
    return forecasts;
  }

  /** All that could not be looked at. */
  public List<Unreadable> unreadable() {
    List<Unreadable> unreadable = new ArrayList<>(state.unreadable());
    detections.values().forEach(detection -> unreadable.addAll(detection.unreadable()));
    faults.forEach((plugin, why) -> unreadable.add(new Unreadable(plugin, why)));
    return List.copyOf(new LinkedHashSet<>(unreadable));
  }
}
