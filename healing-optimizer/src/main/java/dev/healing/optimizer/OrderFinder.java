package dev.healing.optimizer;

import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Metric;
import dev.healing.api.Opportunity;
import dev.healing.api.OptimizationType;
import dev.healing.api.OwnAction;
import dev.healing.api.Severity;
import dev.healing.api.UnitState;
import dev.healing.spi.HostContext;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;

/**
 * A service that failed while the host booted and was well when it was restarted, since what it
 * wants or requires came up in between: systemd starts both at once, as nothing says which goes
 * first. Advice.
 */
final class OrderFinder implements Finder {
  /** What failed later did not fail because the host was booting. */
  private static final Duration BOOTING = Duration.ofMinutes(10);

  private static final Set<String> NEEDS = Set.of("Requires", "Requisite", "Wants", "BindsTo");

  private final HostContext host;

  OrderFinder(HostContext host) {
    this.host = host;
  }

  @Override
  public OptimizationType type() {
    return OptimizationType.SERVICE_TUNING;
  }

  @Override
  public Findings look(HostState state) {
    Instant booted = state.at().minusNanos(host.time().monotonicNanos());
    Instant up = booted.plus(BOOTING);
    return PastRestarts.advised(
        state,
        r ->
            r.type().equals(IssueType.SERVICE_FAILED)
                && r.detectedAt().isAfter(booted)
                && r.detectedAt().isBefore(up),
        1,
        (unit, restarts) -> advised(state, restarts.get(0)));
  }

  private Optional<Opportunity> advised(HostState state, OwnAction restart) {
    String unit = restart.target();
    Set<String> needed = new TreeSet<>(host.systemd().related(unit, NEEDS));
    needed.removeAll(host.systemd().related(unit, Set.of("After")));
    Set<String> late = new TreeSet<>();
    for (String other : needed) {
      if (other.endsWith(".service") || other.endsWith(".mount")) {
        host.systemd()
            .unit(other)
            .filter(UnitState::active)
            .flatMap(UnitState::changedAt)
            .filter(
                at -> at.isAfter(restart.detectedAt()) && at.isBefore(PastRestarts.end(restart)))
            .ifPresent(at -> late.add(other));
      }
    }
    if (late.isEmpty()) {
      return Optional.empty();
    }
    String names = String.join(" ", late);
    String why =
        unit
            + " failed at boot at "
            + restart.detectedAt()
            + " and was well when restarted, after "
            + names
            + ", which it needs, had come up; no After= says that it waits";
    Metric failures = Metric.of("service.boot.failures.count", unit);
    SortedMap<String, Double> numbers = Estimate.less(failures, 1, -1);
    Issue issue =
        Issue.of(
            state.at(),
            IssueType.SERVICE_SETTINGS,
            Severity.LOW,
            why,
            numbers,
            Set.of(unit, "start-order"));
    return Optional.of(
        Estimate.advice(
            type(),
            issue,
            6,
            0.6,
            "it is started when " + names + " is up: one failure less at each such boot",
            new UnitSettings(unit, "Unit", Map.of("After", names), why).advice(host.files())));
  }
}
