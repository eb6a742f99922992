package dev.healing.core.watch;

import dev.healing.api.Metric;
import dev.healing.api.Sample;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The names of all metrics that samples were given of, and whether of the host or of components.
 * Safe for several threads.
 */
public final class MetricNames {
  private final Set<Metric> kinds = ConcurrentHashMap.newKeySet();
  private volatile List<Sample> last = List.of();

  /** Adds those of these samples: seldom other ones than of the samples before. */
  public void add(List<Sample> samples) {
    List<Sample> before = last;
    for (int i = 0; i < samples.size(); i++) {
      Metric metric = samples.get(i).metric();
      if (i >= before.size() || !alike(metric, before.get(i).metric())) {
        kinds.add(kind(metric));
      }
    }
    last = samples;
  }

  /** Stands for those of all components, if it is of one: its component is {@code *} then. */
  public static Metric kind(Metric metric) {
    return metric.component().isEmpty() ? metric : Metric.of(metric.name(), "*");
  }

  private static boolean alike(Metric one, Metric other) {
    return one.name().equals(other.name())
        && one.component().isEmpty() == other.component().isEmpty();
  }

  /** The {@link #kind} of each. */
  public Set<Metric> all() {
    return Set.copyOf(kinds);
  }

  boolean contains(String name) {
    return kinds.contains(Metric.of(name)) || kinds.contains(Metric.of(name, "*"));
  }

  boolean isEmpty() {
    return kinds.isEmpty();
  }
}
