package dev.healing.detect;

import dev.healing.api.HostState;
import dev.healing.api.Metric;
import dev.healing.api.Unreadable;
import java.util.Map;
import java.util.TreeMap;

/** The numbers that an issue rests on, by the name of their metric; absent ones are left out. */
record Evidence(Map<String, Double> metrics) {
  static Evidence of(HostState state, Metric... wanted) {
    Map<String, Double> metrics = new TreeMap<>();
    for (Metric metric : wanted) {
      state.value(metric).ifPresent(value -> metrics.put(metric.toString(), value));
    }
    return new Evidence(metrics);
  }

  /** With the level below which the issue is over. */
  Evidence clearing(String component, double below) {
    Map<String, Double> more = new TreeMap<>(metrics);
    more.put(Metric.of(Metric.CLEARS_BELOW, component).toString(), below);
    return new Evidence(more);
  }

  boolean has(Metric metric) {
    return metrics.containsKey(metric.toString());
  }

  double value(Metric metric) {
    return metrics.getOrDefault(metric.toString(), Double.NaN);
  }

  /**
   * That the level of the component is unknown: what it lacks, or had too little or nothing new of.
   */
  static Unreadable why(HostState state, String component, Metric metric, Level level) {
    return state.sample(metric).isPresent()
        ? new Unreadable(component, level.unknown(component))
        : why(state, component, metric.toString());
  }

  /** That the component can't be judged, for the reason that the look gives for what it lacks. */
  static Unreadable why(HostState state, String component, String lacking) {
    for (Unreadable one : state.unreadable()) {
      if (one.what().equals(lacking)) {
        return new Unreadable(component, one.why());
      }
    }
    return new Unreadable(component, "this look has no sample of " + lacking);
  }
}
