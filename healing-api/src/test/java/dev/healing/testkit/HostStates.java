package dev.healing.testkit;

import dev.healing.api.HostState;
import dev.healing.api.Metric;
import dev.healing.api.OwnAction;
import dev.healing.api.Sample;
import dev.healing.api.UnitState;
import dev.healing.api.Unreadable;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** Makes host states: {@code HostStates.at(now).health(80).sample(metric, 0.9).build()}. */
public final class HostStates {
  private static final double GIB = 1L << 30;

  private final Instant at;
  private final TreeMap<Metric, List<Sample>> samples = new TreeMap<>();
  private final TreeMap<String, UnitState> units = new TreeMap<>();
  private final List<Unreadable> unreadable = new ArrayList<>();
  private final List<OwnAction> ownActions = new ArrayList<>();

  private HostStates(Instant at) {
    this.at = at;
  }

  /** A state of this instant in which nothing is known. */
  public static HostStates at(Instant at) {
    return new HostStates(at);
  }

  /** A state of {@link VirtualTime#START} in which nothing is known. */
  public static HostStates now() {
    return at(VirtualTime.START);
  }

  /** With this health, 0 to 100. */
  public HostStates health(double health) {
    return sample(Metric.HEALTH, health);
  }

  /** With this value. */
  public HostStates sample(Metric metric, double value) {
    samples.computeIfAbsent(metric, m -> new ArrayList<>()).add(new Sample(metric, value, at));
    return this;
  }

  /** With this value, which was measured before this look. */
  public HostStates sample(Metric metric, double value, Instant measuredAt) {
    samples
        .computeIfAbsent(metric, m -> new ArrayList<>())
        .add(new Sample(metric, value, measuredAt));
    return this;
  }

  /** With this fraction of 10 GiB of memory in use. */
  public HostStates memory(double usedFraction) {
    return sample(Metric.MEMORY_USED, usedFraction)
        .sample(Metric.MEMORY_AVAILABLE, (1 - usedFraction) * 10 * GIB);
  }

  /** With this fraction of a file system of 20 GiB in use. */
  public HostStates disk(String mount, double usedFraction) {
    return sample(Metric.of(Metric.FILESYSTEM_USED, mount), usedFraction)
        .sample(Metric.of(Metric.FILESYSTEM_AVAILABLE, mount), (1 - usedFraction) * 20 * GIB);
  }

  /** With these values of the past, oldest first; the last is of this look. */
  public HostStates recent(Metric metric, Duration every, double... values) {
    List<Sample> list = new ArrayList<>();
    for (int i = 0; i < values.length; i++) {
      Instant when = at.minus(every.multipliedBy(values.length - 1L - i));
      list.add(new Sample(metric, values[i], when));
    }
    samples.put(metric, list);
    return this;
  }

  /** With this unit. */
  public HostStates unit(UnitState unit) {
    units.put(unit.name(), unit);
    return this;
  }

  /** With this service, active or failed, that requires these units. */
  public HostStates service(String name, boolean failed, String... requires) {
    return unit(
        new UnitState(
            name,
            "loaded",
            failed ? "failed" : "active",
            failed ? "failed" : "running",
            failed ? "exit-code" : "success",
            "simple",
            OptionalLong.empty(),
            "0123456789abcdef0123456789abcdef",
            Optional.of(at),
            Set.of(requires)));
  }

  /** With something that could not be read. */
  public HostStates unreadable(String what, String why) {
    unreadable.add(new Unreadable(what, why));
    return this;
  }

  /** With something that was done by us. */
  public HostStates own(OwnAction action) {
    ownActions.add(action);
    return this;
  }

  /** The state. */
  public HostState build() {
    TreeMap<Metric, List<Sample>> copy = new TreeMap<>();
    samples.forEach((metric, list) -> copy.put(metric, List.copyOf(list)));
    return new Built(
        at,
        copy,
        Collections.unmodifiableMap(new TreeMap<>(units)),
        List.copyOf(unreadable),
        List.copyOf(ownActions));
  }

  private record Built(
      Instant at,
      TreeMap<Metric, List<Sample>> all,
      Map<String, UnitState> units,
      List<Unreadable> unreadable,
      List<OwnAction> ownActions)
      implements HostState {
    @Override
    public Optional<Sample> sample(Metric metric) {
      List<Sample> list = all.getOrDefault(metric, List.of());
      return list.isEmpty() ? Optional.empty() : Optional.of(list.get(list.size() - 1));
    }

    @Override
    public List<Sample> recent(Metric metric, int count) {
      List<Sample> list = all.getOrDefault(metric, List.of());
      return list.subList(Math.max(0, list.size() - count), list.size());
    }

    @Override
    public SortedSet<String> components(String metricName) {
      SortedSet<String> components = new TreeSet<>();
      for (Metric metric : all.keySet()) {
        if (metric.name().equals(metricName)) {
          components.add(metric.component());
        }
      }
      return components;
    }
  }
}
