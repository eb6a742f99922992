package dev.healing.core;

import dev.healing.api.HostState;
import dev.healing.api.Metric;
import dev.healing.api.OwnAction;
import dev.healing.api.Sample;
import dev.healing.api.UnitState;
import dev.healing.api.Unreadable;
import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** The host as one look found it. */
final class HostSnapshot implements HostState {
  private final Instant at;
  private final Map<Metric, Sample> samples;
  private final Map<String, SortedSet<String>> components = new HashMap<>();
  private final Map<String, UnitState> units;
  private final List<Unreadable> unreadable;
  private final MetricHistory history;
  private final List<OwnAction> ownActions;

  HostSnapshot(
      Instant at,
      List<Sample> samples,
      List<UnitState> units,
      List<Unreadable> unreadable,
      MetricHistory history,
      List<OwnAction> ownActions) {
    this.at = at;
    Map<Metric, Sample> byMetric = new HashMap<>(2 * samples.size());
    for (Sample sample : samples) {
      Metric metric = sample.metric();
      byMetric.put(metric, sample);
      components.computeIfAbsent(metric.name(), name -> new TreeSet<>()).add(metric.component());
    }
    this.samples = byMetric;
    Map<String, UnitState> byName = new TreeMap<>();
    units.forEach(unit -> byName.put(unit.name(), unit));
    this.units = Collections.unmodifiableMap(byName);
    this.unreadable = List.copyOf(unreadable);
    this.history = history;
    this.ownActions = ownActions;
  }

  @Override
  public Instant at() {
    return at;
  }

  @Override
  public Optional<Sample> sample(Metric metric) {
    return Optional.ofNullable(samples.get(metric));
  }

  @Override
  public List<Sample> recent(Metric metric, int count) {
    return history.recent(metric, count, at);
  }

  @Override
  public SortedSet<String> components(String metricName) {
    SortedSet<String> there = components.get(metricName);
    return there == null ? Collections.emptySortedSet() : Collections.unmodifiableSortedSet(there);
  }

  @Override
  public Map<String, UnitState> units() {
    return units;
  }

  @Override
  public List<Unreadable> unreadable() {
    return unreadable;
  }

  @Override
  public List<OwnAction> ownActions() {
    return ownActions;
  }
}
