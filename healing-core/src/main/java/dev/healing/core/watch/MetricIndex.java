package dev.healing.core.watch;

import dev.healing.api.Metric;
import dev.healing.api.Sample;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Where among the samples of a look that of each metric is. Most looks have samples of the same
 * metrics in the same order as the look before: those share one. Immutable.
 */
final class MetricIndex {
  static final MetricIndex EMPTY = new MetricIndex(List.of());

  private final Metric[] metrics;
  private final Map<Metric, Integer> places = new HashMap<>();
  private final Map<String, SortedSet<String>> components = new HashMap<>();

  private MetricIndex(List<Sample> samples) {
    metrics = new Metric[samples.size()];
    for (int i = 0; i < metrics.length; i++) {
      Metric metric = samples.get(i).metric();
      metrics[i] = metric;
      places.put(metric, i);
      components.computeIfAbsent(metric.name(), name -> new TreeSet<>()).add(metric.component());
    }
    components.replaceAll((name, all) -> Collections.unmodifiableSortedSet(all));
  }

  /** That of these samples: this one, if they are of the same metrics. */
  MetricIndex of(List<Sample> samples) {
    boolean same = samples.size() == metrics.length;
    for (int i = 0; same && i < metrics.length; i++) {
      same = samples.get(i).metric().equals(metrics[i]);
    }
    return same ? this : new MetricIndex(samples);
  }

  /** The sample of a metric among the samples that this was made of; the last, if it is twice. */
  Optional<Sample> find(Metric metric, List<Sample> samples) {
    Integer place = places.get(metric);
    return place == null ? Optional.empty() : Optional.of(samples.get(place));
  }

  /** The components that there is a sample of the named metric for. */
  SortedSet<String> components(String metricName) {
    return components.getOrDefault(metricName, Collections.emptySortedSet());
  }
}
