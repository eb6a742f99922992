package dev.healing.optimizer;

import dev.healing.api.ActionId;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Metric;
import dev.healing.api.Opportunity;
import dev.healing.api.OptimizationType;
import dev.healing.api.Severity;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** File systems that fill up, in bytes or inodes: {@code clean_disk}, one for each mount point. */
final class DiskFinder implements Finder {
  /** That it is filling up is measured; what there is to clean, the action works out. */
  private static final double CONFIDENCE = 0.7;

  private final double from;
  private final Duration olderThan;

  /**
   * Finds.
   *
   * @param from how full it is worth it
   * @param olderThan what is younger is not taken for it: there is time
   */
  DiskFinder(double from, Duration olderThan) {
    this.from = from;
    this.olderThan = olderThan;
  }

  @Override
  public OptimizationType type() {
    return OptimizationType.DISK_CLEANUP;
  }

  @Override
  public Findings look(HostState state) {
    Set<String> mounts = state.components(Metric.FILESYSTEM_USED);
    List<Opportunity> found = new ArrayList<>();
    for (String mount : mounts) {
      OptionalDouble bytes = state.value(Metric.of(Metric.FILESYSTEM_USED, mount));
      OptionalDouble inodes = state.value(Metric.of(Metric.FILESYSTEM_INODES_USED, mount));
      if (Math.max(bytes.orElse(0), inodes.orElse(0)) >= from) {
        found.add(opportunity(state, mount));
      }
    }
    return new Findings(found, mounts);
  }

  private Opportunity opportunity(HostState state, String mount) {
    SortedMap<String, Double> metrics = new TreeMap<>();
    double bytesUsed = note(state, Metric.FILESYSTEM_USED, mount, metrics).orElse(0);
    double inodesUsed = note(state, Metric.FILESYSTEM_INODES_USED, mount, metrics).orElse(0);
    OptionalDouble available = note(state, Metric.FILESYSTEM_AVAILABLE, mount, metrics);
    metrics.put(Metric.of(Metric.CLEARS_BELOW, mount).toString(), from);
    metrics.put(Metric.OLDER_THAN.toString(), (double) olderThan.toSeconds());
    if (available.isPresent()) {
      Metric of = Metric.of(Metric.FILESYSTEM_AVAILABLE, mount);
      metrics.putAll(Estimate.more(of, available.getAsDouble()));
    }
    boolean inodes = inodesUsed > bytesUsed;
    double used = Math.max(bytesUsed, inodesUsed);
    String full = mount + " is " + Estimate.percent(used) + " full" + (inodes ? " of inodes" : "");
    Issue issue =
        Issue.of(
            state.at(),
            IssueType.DISK_FULL,
            Severity.LOW,
            full + "; worth cleaning from " + Estimate.percent(from),
            metrics,
            Set.of(mount));
    return Estimate.opportunity(
        type(),
        ActionId.CLEAN_DISK,
        issue,
        Estimate.priority(used, from),
        CONFIDENCE,
        full + ": " + goal(inodes, used, available),
        true);
  }

  private String goal(boolean inodes, double used, OptionalDouble available) {
    if (inodes || used >= 1 || available.isEmpty()) {
      return Estimate.percent(used - from)
          + " of it have to go to bring it below "
          + Estimate.percent(from);
    }
    // As df counts: used / (used + available); so this is all that can be used by anybody.
    double usable = available.getAsDouble() / (1 - used);
    return Estimate.bytes((used - from) * usable)
        + " have to go to bring it below "
        + Estimate.percent(from);
  }

  private static OptionalDouble note(
      HostState state, String name, String mount, SortedMap<String, Double> metrics) {
    Metric metric = Metric.of(name, mount);
    OptionalDouble value = state.value(metric);
    if (value.isPresent()) {
      metrics.put(metric.toString(), value.getAsDouble());
    }
    return value;
  }
}
