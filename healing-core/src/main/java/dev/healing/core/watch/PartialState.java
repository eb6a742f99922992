package dev.healing.core.watch;

import dev.healing.api.HostState;
import dev.healing.api.Metric;
import dev.healing.api.OwnAction;
import dev.healing.api.Sample;
import dev.healing.api.UnitState;
import dev.healing.api.Unreadable;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;

/**
 * What a look found that some samplers have failed in, as a detector is shown it: notes whether the
 * detector asks for what they should have given. Then it cannot tell what is well from what was not
 * measured.
 */
final class PartialState implements HostState {
  /** What a sampler gives, as far as it has given anything yet. */
  static final class Gives {
    private final MetricNames metrics = new MetricNames();
    private volatile boolean units;

    void add(List<Sample> samples, List<UnitState> unitStates) {
      metrics.add(samples);
      units |= !unitStates.isEmpty();
    }

    /** Of one that has never given anything, nobody knows what it would give. */
    private boolean unknown() {
      return metrics.isEmpty() && !units;
    }
  }

  private final HostState found;
  private final List<Gives> missing;
  private boolean missed;

  /**
   * Shows what was found.
   *
   * @param missing what the samplers that failed would have given
   */
  PartialState(HostState found, List<Gives> missing) {
    this.found = found;
    this.missing = missing;
  }

  /** Whether something was asked for that is missing. */
  boolean missed() {
    return missed;
  }

  private void asked(String metric, boolean there) {
    if (!there && !missing.isEmpty()) {
      missed |=
          missing.stream().anyMatch(gives -> gives.unknown() || gives.metrics.contains(metric));
    }
  }

  @Override
  public Instant at() {
    return found.at();
  }

  @Override
  public Optional<Sample> sample(Metric metric) {
    Optional<Sample> sample = found.sample(metric);
    asked(metric.name(), sample.isPresent());
    return sample;
  }

  @Override
  public List<Sample> recent(Metric metric, int count) {
    asked(metric.name(), found.sample(metric).isPresent());
    return found.recent(metric, count);
  }

  /** Others of the same name may be there, and still some missing. */
  @Override
  public SortedSet<String> components(String metricName) {
    asked(metricName, false);
    return found.components(metricName);
  }

  @Override
  public Map<String, UnitState> units() {
    if (!missing.isEmpty()) {
      missed |= missing.stream().anyMatch(gives -> gives.unknown() || gives.units);
    }
    return found.units();
  }

  @Override
  public List<Unreadable> unreadable() {
    return found.unreadable();
  }

  @Override
  public List<OwnAction> ownActions() {
    return found.ownActions();
  }
}
