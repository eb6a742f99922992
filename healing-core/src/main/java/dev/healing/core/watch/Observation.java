package dev.healing.core.watch;

import dev.healing.api.Detection;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.Metric;
import dev.healing.api.MetricForecast;
import dev.healing.api.Unreadable;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What one look found.
 *
 * @param startedNanos monotonic time when it began: it tells nothing about what was done later
 * @param state what was measured
 * @param detections what each detector that could look says, by its name
 * @param missed those of them who asked for what should have been measured and was not, or told of
 *     more than is taken
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

  /**
   * Whether this look could not tell if something is wrong with these components.
   *
   * @param detector who would tell
   * @param seen whether it has told of it before
   */
  public boolean blind(String detector, Set<String> components, boolean seen) {
    Detection detection = detections.get(detector);
    if (detection == null || missed.contains(detector)) {
      return true; // a detector cannot tell what was not measured from what is well
    }
    if (!seen && !detection.unreadable().isEmpty()) {
      return true; // it names what it has seen before; this may be among the rest
    }
    return detection.unreadable().stream().anyMatch(u -> components.contains(u.what()));
  }

  /** The numbers of an issue that this detector tells of as they are now, as far as is known. */
  public SortedMap<String, Double> measuredAgain(Issue issue, String detector) {
    Detection told = detections.get(detector);
    SortedMap<String, Double> now = new TreeMap<>(told == null ? Map.of() : told.measured());
    now.keySet().retainAll(issue.metrics().keySet());
    for (String metric : issue.metrics().keySet()) {
      state.value(Metric.parse(metric)).ifPresent(value -> now.put(metric, value));
    }
    return now;
  }
}
