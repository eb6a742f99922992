package dev.healing.optimizer;

import dev.healing.api.ActionId;
import dev.healing.api.HostException;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Metric;
import dev.healing.api.Opportunity;
import dev.healing.api.OptimizationType;
import dev.healing.api.Severity;
import dev.healing.spi.HostContext;
import dev.healing.spi.HostFiles;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Limits of the kernel's network that are too low, told by what it has to refuse or drop: {@code
 * tune_network} where a higher one holds at once, else advice. Nothing is raised without a counter
 * that grows; and by itself only where the operator has said so.
 *
 * <p>What counts is the pace between two looks that are at least half a minute apart.
 */
final class NetworkFinder implements Finder {
  /** Name of how many are refused or dropped in a minute; the component is the setting. */
  static final String REFUSED = "network.refused.per_minute";

  private static final long BETWEEN_NANOS = 30_000_000_000L;
  private static final long OLDEST_NANOS = 900_000_000_000L;

  /** Fewer in a minute happen to a host that is well. */
  private static final double WORTH_IT = 3;

  private static final double MANY = 600;
  private static final double CONFIDENCE = 0.7;
  private static final int LEAST_PRIORITY = 5;

  private record Count(long value, long atNanos) {}

  private final HostContext host;
  private final HostFiles files;
  private final boolean byItself;
  private final Map<String, Count> counts = new HashMap<>();
  private final Map<String, Double> paces = new TreeMap<>();

  NetworkFinder(HostContext host, boolean byItself) {
    this.host = host;
    this.files = host.files();
    this.byItself = byItself;
  }

  @Override
  public OptimizationType type() {
    return OptimizationType.NETWORK_TUNING;
  }

  @Override
  public synchronized Findings look(HostState state) {
    List<Opportunity> found = new ArrayList<>();
    Set<String> judged = new HashSet<>();
    Map<String, Double> measured = new TreeMap<>();
    for (NetworkKnob knob : NetworkKnob.ALL) {
      OptionalLong value;
      try {
        count(knob);
        value = knob.value(files);
      } catch (HostException e) {
        continue;
      }
      Double pace = paces.get(knob.setting());
      if (pace == null || value.isEmpty()) {
        continue;
      }
      judged.add(knob.setting());
      measured.put(Metric.of(REFUSED, knob.setting()).toString(), pace);
      if (pace >= WORTH_IT && mayHelp(knob, value.getAsLong())) {
        found.add(opportunity(state, knob, pace, value.getAsLong()));
      }
    }
    return new Findings(found, judged, measured);
  }

  private boolean mayHelp(NetworkKnob knob, long value) {
    return !knob.setting().equals(NetworkKnob.LISTENERS)
        || ListenQueues.mayGrowWith(value, host.commands());
  }

  private void count(NetworkKnob knob) {
    long now = host.time().monotonicNanos();
    Count before = counts.get(knob.setting());
    if (before != null && now - before.atNanos() < BETWEEN_NANOS) {
      return;
    }
    OptionalLong value = knob.count().apply(files);
    if (value.isEmpty()) {
      counts.remove(knob.setting());
      paces.remove(knob.setting());
      return;
    }
    counts.put(knob.setting(), new Count(value.getAsLong(), now));
    if (before != null
        && value.getAsLong() >= before.value()
        && now - before.atNanos() <= OLDEST_NANOS) {
      double minutes = (now - before.atNanos()) / 60e9;
      paces.put(knob.setting(), (value.getAsLong() - before.value()) / minutes);
    } else {
      paces.remove(knob.setting());
    }
  }

  private Opportunity opportunity(HostState state, NetworkKnob knob, double pace, long value) {
    String now =
        String.format(
            Locale.ROOT,
            "%.0f %s in a minute; %s is %d",
            pace,
            knob.counter(),
            knob.setting(),
            value);
    Metric refused = Metric.of(REFUSED, knob.setting());
    SortedMap<String, Double> numbers = Estimate.less(refused, pace, -pace);
    numbers.put(Metric.of("network.limit.count", knob.setting()).toString(), (double) value);
    Issue issue =
        Issue.of(
            state.at(),
            IssueType.NETWORK_LIMIT,
            Severity.LOW,
            now,
            numbers,
            Set.of(knob.setting()));
    int priority = LEAST_PRIORITY + (int) Math.min(5, 5 * pace / MANY);
    if (knob.atOnce()) {
      return Estimate.opportunity(
          type(),
          ActionId.TUNE_NETWORK,
          issue,
          priority,
          CONFIDENCE,
          "with a higher limit none of them, if that is why",
          byItself);
    }
    return Estimate.advice(
        type(),
        issue,
        priority,
        CONFIDENCE,
        "with a higher limit none of them, if that is why",
        new SysctlSetting(knob.setting(), 2 * value, value, now).advice(files, knob.owner()));
  }
}
