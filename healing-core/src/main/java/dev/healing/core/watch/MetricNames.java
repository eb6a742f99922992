package dev.healing.core.watch;

import dev.healing.api.Sample;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The names of all metrics that samples were given of. Safe for several threads. */
public final class MetricNames {
  private final Set<String> names = ConcurrentHashMap.newKeySet();
  private volatile List<Sample> last = List.of();

  /** Adds those of these samples: seldom other ones than of the samples before. */
  public void add(List<Sample> samples) {
    List<Sample> before = last;
    for (int i = 0; i < samples.size(); i++) {
      String name = samples.get(i).metric().name();
      if (i >= before.size() || !name.equals(before.get(i).metric().name())) {
        names.add(name);
      }
    }
    last = samples;
  }

  /** All of them. */
  public Set<String> all() {
    return Set.copyOf(names);
  }

  boolean contains(String name) {
    return names.contains(name);
  }

  boolean isEmpty() {
    return names.isEmpty();
  }
}
