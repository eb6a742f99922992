package dev.healing.optimizer;

import dev.healing.api.HostState;
import dev.healing.api.Metric;
import dev.healing.api.Sample;
import dev.healing.api.UnitState;
import dev.healing.api.Unreadable;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** A host state of the samples that it is given. */
final class FixedState implements HostState {
  static final Instant NOW = Instant.parse("2026-11-24T10:00:00Z");

  private final Map<Metric, Sample> samples = new TreeMap<>();

  static FixedState empty() {
    return new FixedState();
  }

  static FixedState memory(double used) {
    return empty()
        .with(Metric.MEMORY_USED, used)
        .with(Metric.MEMORY_AVAILABLE, (1 - used) * 10 * (1L << 30));
  }

  FixedState disk(String mount, double used) {
    return with(Metric.of(Metric.FILESYSTEM_USED, mount), used)
        .with(Metric.of(Metric.FILESYSTEM_AVAILABLE, mount), (1 - used) * 20 * (1L << 30));
  }

  FixedState with(Metric metric, double value) {
    samples.put(metric, new Sample(metric, value, NOW));
    return this;
  }

  @Override
  public Instant at() {
    return NOW;
  }

  @Override
  public Optional<Sample> sample(Metric metric) {
    return Optional.ofNullable(samples.get(metric));
  }

  @Override
  public List<Sample> recent(Metric metric, int count) {
    return sample(metric).stream().toList();
  }

  @Override
  public SortedSet<String> components(String metricName) {
    SortedSet<String> components = new TreeSet<>();
    samples.keySet().stream()
        .filter(metric -> metric.name().equals(metricName))
        .forEach(metric -> components.add(metric.component()));
    return components;
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
