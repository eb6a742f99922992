package dev.healing.optimizer;

import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Metric;
import dev.healing.api.Opportunity;
import dev.healing.api.OptimizationType;
import dev.healing.api.OwnAction;
import dev.healing.api.Severity;
import dev.healing.spi.HostContext;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;

/**
 * A service that was healed by a restart again and again, and that systemd is told not to start
 * again: systemd would do it at once. Advice.
 */
final class RestartFinder implements Finder {
  private static final Set<String> RUNNING =
      Set.of("simple", "exec", "forking", "notify", "notify-reload", "dbus", "idle");
  private static final int LEAST_PRIORITY = 5;

  private final HostContext host;
  private final int from;

  /**
   * Finds.
   *
   * @param from so many restarts in thirty days
   */
  RestartFinder(HostContext host, int from) {
    this.host = host;
    this.from = from;
  }

  @Override
  public OptimizationType type() {
    return OptimizationType.SERVICE_TUNING;
  }

  @Override
  public Findings look(HostState state) {
    return PastRestarts.advised(
        state,
        r -> r.type().equals(IssueType.SERVICE_FAILED),
        from,
        (unit, restarts) -> advised(state, unit, restarts));
  }

  private Optional<Opportunity> advised(HostState state, String unit, List<OwnAction> healed) {
    Map<String, String> now = host.systemd().properties(unit, Set.of("Restart", "Type"));
    if (!now.getOrDefault("Restart", "").equals("no")
        || !RUNNING.contains(now.getOrDefault("Type", ""))) {
      return Optional.empty();
    }
    String why =
        String.format(
            Locale.ROOT,
            "%s failed and was healed by a restart %d times in %d days; Restart=no",
            unit,
            healed.size(),
            PastRestarts.WINDOW.toDays());
    Metric restarts = Metric.of("service.healed.count", unit);
    SortedMap<String, Double> numbers = Estimate.less(restarts, healed.size(), -healed.size());
    Issue issue =
        Issue.of(state.at(), IssueType.SERVICE_SETTINGS, Severity.LOW, why, numbers, Set.of(unit));
    return Optional.of(
        Estimate.advice(
            type(),
            issue,
            LEAST_PRIORITY + healed.size() / from,
            0.8,
            "systemd starts it again within 5 s: "
                + healed.size()
                + " incidents fewer in "
                + PastRestarts.WINDOW.toDays()
                + " days",
            new UnitSettings(
                    unit, "Service", Map.of("Restart", "on-failure", "RestartSec", "5s"), why)
                .advice(host.files())));
  }
}
