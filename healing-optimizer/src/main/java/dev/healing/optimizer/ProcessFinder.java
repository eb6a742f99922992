package dev.healing.optimizer;

import dev.healing.api.ActionId;
import dev.healing.api.Globs;
import dev.healing.api.HostException;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Metric;
import dev.healing.api.Opportunity;
import dev.healing.api.OptimizationType;
import dev.healing.api.Severity;
import dev.healing.spi.HostContext;
import dev.healing.spi.HostProcesses.ProcessState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Work in the background that takes processors while others wait for them: {@code
 * throttle_service}, which for this lowers the unit's weight: it goes on, and takes what others
 * leave. In the background is what a timer starts, and what the configuration names.
 *
 * <p>Processes are only looked at while somebody waits on the host, and compared with those of half
 * a minute before or longer.
 */
final class ProcessFinder implements Finder {
  private static final long BETWEEN_NANOS = 20_000_000_000L;
  private static final long OLDEST_NANOS = 600_000_000_000L;

  /** Of what all services take. */
  private static final double SHARE = 0.4;

  private static final double CONFIDENCE = 0.7;
  private static final Metric WAITING = Metric.of(Metric.PRESSURE_SOME, "cpu");

  private final HostContext host;
  private final double from;
  private final Globs background;
  private final Set<String> judged = new HashSet<>();
  private Map<String, Long> usedNanos = Map.of();
  private Map<String, List<String>> groups = new HashMap<>();
  private long atNanos;
  private SortedMap<String, Double> cores = new TreeMap<>();

  /**
   * Finds.
   *
   * @param from the fraction of time in which others wait for processors
   * @param background units that are in the background besides those that timers start
   */
  ProcessFinder(HostContext host, double from, Globs background) {
    this.host = host;
    this.from = from;
    this.background = background;
  }

  @Override
  public OptimizationType type() {
    return OptimizationType.PROCESS_OPTIMIZATION;
  }

  @Override
  public synchronized Findings look(HostState state) {
    OptionalDouble waiting = state.value(WAITING);
    if (waiting.isEmpty()) {
      return Findings.UNREADABLE;
    }
    if (waiting.getAsDouble() < from) {
      return new Findings(List.of(), judged).with(othersWait());
    }
    try {
      measure();
    } catch (HostException e) {
      return Findings.UNREADABLE;
    }
    double all = 0;
    for (double own : cores.values()) {
      all += own;
    }
    List<Opportunity> found = new ArrayList<>();
    for (Map.Entry<String, Double> one : cores.entrySet()) {
      String unit = one.getKey();
      double own = one.getValue();
      if (own >= SHARE * all && own > 0 && inBackground(unit)) {
        judged.add(unit);
        OptionalDouble others = OthersWait.than(unit, groups, host.files());
        if (others.isPresent() && others.getAsDouble() >= from) {
          found.add(opportunity(state, unit, own, own / all, others.getAsDouble()));
        }
      }
    }
    return new Findings(found, judged).with(othersWait());
  }

  private Map<String, Double> othersWait() {
    Map<String, Double> numbers = new HashMap<>();
    for (String unit : judged) {
      OthersWait.than(unit, groups, host.files())
          .ifPresent(waited -> numbers.put(OthersWait.metric(unit).toString(), waited));
    }
    return numbers;
  }

  private void measure() {
    long now = host.time().monotonicNanos();
    long passed = now - atNanos;
    if (!usedNanos.isEmpty() && passed < BETWEEN_NANOS) {
      return;
    }
    Map<String, Long> before = passed < OLDEST_NANOS ? usedNanos : Map.of();
    Map<String, Long> used = new HashMap<>();
    groups = new HashMap<>();
    for (ProcessState process : host.processes().all()) {
      String unit = process.unit().orElse("");
      if (!unit.isEmpty()) {
        groups.put(unit, process.units());
      }
      if (unit.endsWith(".service")) {
        used.put(unit, used.getOrDefault(unit, 0L) + process.cpuTime().toNanos());
      }
    }
    cores = new TreeMap<>();
    for (Map.Entry<String, Long> earlier : before.entrySet()) {
      long since = used.getOrDefault(earlier.getKey(), 0L) - earlier.getValue();
      if (since > 0) { // processes that have ended took their time along
        cores.put(earlier.getKey(), (double) since / passed);
      }
    }
    usedNanos = used;
    atNanos = now;
  }

  private boolean inBackground(String unit) {
    if (background.test(unit)) {
      return true;
    }
    try {
      return host.systemd().related(unit, Set.of("TriggeredBy")).stream()
          .anyMatch(starter -> starter.endsWith(".timer"));
    } catch (HostException e) {
      return false;
    }
  }

  private Opportunity opportunity(
      HostState state, String unit, double own, double share, double waiting) {
    String now =
        String.format(
            Locale.ROOT,
            "others wait %.0f %% of the time for processors, while %s, which works in the"
                + " background, takes %.2f of them, %.0f %% of what services take",
            100 * waiting,
            unit,
            own,
            100 * share);
    SortedMap<String, Double> numbers =
        Estimate.less(OthersWait.metric(unit), waiting, -waiting * share);
    numbers.put("service.cpu.cores", own);
    Issue issue =
        Issue.of(
            state.at(), IssueType.PROCESSOR_CONTENDED, Severity.LOW, now, numbers, Set.of(unit));
    return Estimate.opportunity(
        type(),
        ActionId.THROTTLE_SERVICE,
        issue,
        Estimate.priority(waiting, from),
        CONFIDENCE,
        String.format(
            Locale.ROOT,
            "with a lower weight it takes what others leave: up to %.0f %% of the time less to wait",
            100 * waiting * share),
        true);
  }
}
