package dev.healing.runner.drill;

import dev.healing.api.HostState;
import dev.healing.api.Metric;
import dev.healing.api.Sample;
import dev.healing.api.UnitState;
import dev.healing.api.Unreadable;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;

/** A look that saw nothing. */
final class NoState implements HostState {
  @Override
  public Instant at() {
    return Instant.EPOCH;
  }

  @Override
  public Optional<Sample> sample(Metric metric) {
    return Optional.empty();
  }

  @Override
  public List<Sample> recent(Metric metric, int count) {
    return List.of();
  }

  @Override
  public SortedSet<String> components(String metricName) {
    return Collections.emptySortedSet();
  }

  @Override
  public Map<String, UnitState> units() {
    return Map.of();
  }

  @Override
  public List<Unreadable> unreadable() {
    return List.of();
  }
}
