package dev.healing.api;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SortedSet;

/** What is known of the host after one look: immutable, safe to share between threads. */
public interface HostState {
  /** When the look was made. */
  Instant at();

  /** The sample of this look; absent when it could not be read, however lately it was before. */
  Optional<Sample> sample(Metric metric);

  /** The newest samples up to this look, oldest first, at most {@code count} of them. */
  List<Sample> recent(Metric metric, int count);

  /** The components that this look has a sample of the named metric for. */
  SortedSet<String> components(String metricName);

  /** Units by name: all that are failed, and any others that a sampler knows. */
  Map<String, UnitState> units();

  /** What this look could not read. */
  List<Unreadable> unreadable();

  /**
   * What healing itself did to the host within the last eight days, and does now, oldest first; as
   * of when the look was begun, and as far as it is remembered.
   */
  default List<OwnAction> ownActions() {
    return List.of();
  }

  /** The value of this look. */
  default OptionalDouble value(Metric metric) {
    return sample(metric).map(s -> OptionalDouble.of(s.value())).orElse(OptionalDouble.empty());
  }

  /** Health, 0 to 100; absent when no sampler gives it or it could not be computed. */
  default OptionalDouble health() {
    return value(Metric.HEALTH);
  }

  /** Whether this look failed to read the thing named. */
  default boolean unreadable(String what) {
    for (Unreadable one : unreadable()) {
      if (one.what().equals(what)) {
        return true;
      }
    }
    return false;
  }
}
