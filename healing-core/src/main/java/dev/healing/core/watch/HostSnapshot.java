package dev.healing.core.watch;

import dev.healing.api.HostState;
import dev.healing.api.Metric;
import dev.healing.api.OwnAction;
import dev.healing.api.Sample;
import dev.healing.api.UnitState;
import dev.healing.api.Unreadable;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;

/** The host as one look found it. */
final class HostSnapshot implements HostState {
  private final Instant at;
  private final MetricIndex index;
  private final List<Sample> samples;
  private final Map<String, UnitState> units;
  private final List<Unreadable> unreadable;
  private final MetricHistory history;
  private final List<OwnAction> ownActions;

  /**
   * A look.
   *
   * @param index of these samples, which do not change any more
   */
  HostSnapshot(
      Instant at,
      MetricIndex index,
      List<Sample> samples,
      List<UnitState> units,
      List<Unreadable> unreadable,
      MetricHistory history,
      List<OwnAction> ownActions) {
    this.at = at;
    this.index = index;
    this.samples = samples;
    this.units = units.isEmpty() ? Map.of() : byName(units);
    this.unreadable = List.copyOf(unreadable);
    this.history = history;
    this.ownActions = ownActions;
  }

  private static Map<String, UnitState> byName(List<UnitState> units) {
    Map<String, UnitState> byName = new TreeMap<>();
    units.forEach(unit -> byName.put(unit.name(), unit));
    return Collections.unmodifiableMap(byName);
  }

  @Override
  public Instant at() {
    return at;
  }

  @Override
  public Optional<Sample> sample(Metric metric) {
    return index.find(metric, samples);
  }

  @Override
  public List<Sample> recent(Metric metric, int count) {
    return history.recent(metric, count, at);
  }

  @Override
  public SortedSet<String> components(String metricName) {
    return index.components(metricName);
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
