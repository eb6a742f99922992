package dev.healing.optimizer;

import dev.healing.api.ActionId;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Metric;
import dev.healing.api.OptimizationType;
import dev.healing.api.Severity;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.SortedMap;

/**
 * Memory that fills up: {@code free_memory}.
 *
 * <p>Not {@code clear_cache}: MemAvailable, which is measured, already counts page cache and
 * reclaimable slab as available but for at most the low watermark of each ({@code
 * si_mem_available()} in the kernel). Clearing them would make the host slower and hardly any
 * memory available.
 */
final class MemoryFinder implements Finder {
  private static final String COMPONENT = "memory";

  /** That memory fills up is measured; what processes can do without is not. */
  private static final double CONFIDENCE = 0.6;

  private final double from;

  MemoryFinder(double from) {
    this.from = from;
  }

  @Override
  public OptimizationType type() {
    return OptimizationType.MEMORY_MANAGEMENT;
  }

  @Override
  public Findings look(HostState state) {
    OptionalDouble measured = state.value(Metric.MEMORY_USED);
    OptionalDouble availableBytes = state.value(Metric.MEMORY_AVAILABLE);
    if (measured.isEmpty() || availableBytes.isEmpty()) {
      return Findings.UNREADABLE;
    }
    double used = measured.getAsDouble();
    double available = availableBytes.getAsDouble();
    if (used < from) {
      return Findings.nothingAbout(COMPONENT);
    }
    String now =
        "memory is "
            + Estimate.percent(used)
            + " in use, "
            + Estimate.bytes(available)
            + " are available";
    Issue issue =
        Issue.of(
            state.at(),
            IssueType.MEMORY_HIGH,
            Severity.LOW,
            now + "; worth doing something from " + Estimate.percent(from),
            numbers(used, available),
            Set.of(COMPONENT));
    return Findings.of(
        COMPONENT,
        Estimate.opportunity(
            type(),
            ActionId.FREE_MEMORY,
            issue,
            Estimate.priority(used, from),
            CONFIDENCE,
            now + goal(used, available),
            true));
  }

  private SortedMap<String, Double> numbers(double used, double available) {
    SortedMap<String, Double> metrics = Estimate.more(Metric.MEMORY_AVAILABLE, available);
    metrics.put(Metric.MEMORY_USED.toString(), used);
    metrics.put(Metric.of(Metric.CLEARS_BELOW, COMPONENT).toString(), from);
    return metrics;
  }

  private String goal(double used, double available) {
    if (used >= 1) {
      return "";
    }
    double total = available / (1 - used);
    return "; "
        + Estimate.bytes((used - from) * total)
        + " more bring it to "
        + Estimate.percent(from);
  }
}
