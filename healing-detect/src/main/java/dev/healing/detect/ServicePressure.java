package dev.healing.detect;

import dev.healing.api.Configuration;
import dev.healing.api.Detection;
import dev.healing.api.Globs;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Sample;
import dev.healing.api.Severity;
import dev.healing.api.Unreadable;
import dev.healing.spi.Detector;
import dev.healing.spi.DetectorProvider;
import dev.healing.spi.HostContext;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * A service gets on with nothing, since all of it waits for memory, disks or processors: it was so
 * for more than so much of the last minute, and of the last ten seconds, and that does not get
 * less. The three together are oomd's pattern: the long average alone tells of what is over, the
 * short one of what passes. Over when it is stalled for less than half of that. Keys: {@code
 * memory} (60%), {@code io} (80%), {@code cpu} (80%), and {@code ignore} (globs on the service).
 */
public final class ServicePressure implements Detector {
  /** What is unreadable when control groups are. */
  static final String WHAT = "service.stalled.fraction";

  /** Less than that is no change. */
  private static final double STEADY = 0.05;

  private final Map<String, Double> high;
  private final Globs ignore;
  private final Map<Key, Seen> seen = new HashMap<>();

  private ServicePressure(Map<String, Double> high, Globs ignore) {
    this.high = high;
    this.ignore = ignore;
  }

  private record Key(String resource, String service) {}

  /** As it was last measured. */
  private record Seen(Instant at, double lately, boolean raised) {}

  /** Makes it. */
  public static final class Provider implements DetectorProvider {
    @Override
    public String name() {
      return "service_pressure";
    }

    @Override
    public Detector create(HostContext context) {
      Configuration section = context.configuration();
      return new ServicePressure(
          Map.of(
              "memory", section.fraction("memory", 0.60),
              "io", section.fraction("io", 0.80),
              "cpu", section.fraction("cpu", 0.80)),
          Globs.of(section.globs("ignore", List.of())));
    }
  }

  @Override
  public Set<IssueType> reports() {
    return Set.of(IssueType.SERVICE_PRESSURE);
  }

  @Override
  public Detection detect(HostState state) {
    if (state.unreadable(WHAT)) {
      Unreadable blind = Evidence.why(state, WHAT, WHAT);
      List<Unreadable> unknown = new ArrayList<>(List.of(blind));
      seen.forEach(
          (key, judged) -> {
            if (judged.raised()) {
              unknown.add(new Unreadable(key.service(), blind.why()));
            }
          });
      return new Detection(List.of(), unknown);
    }
    boolean none = seen.isEmpty();
    for (String name : ServiceStalls.STALLED_NAMES) {
      none &= state.components(name).isEmpty();
    }
    if (none) {
      return Detection.NOTHING;
    }
    Map<String, List<Key>> raised = new HashMap<>();
    Map<Key, Seen> now = new HashMap<>();
    for (String resource : ServiceStalls.RESOURCES) {
      for (String service : state.components(ServiceStalls.stalled(resource, "").name())) {
        Key key = new Key(resource, service);
        if (!ignore.test(service)) {
          judge(state, key).ifPresent(judged -> now.put(key, judged));
        }
      }
    }
    seen.clear(); // who has no sample any more is not stalled
    seen.putAll(now);
    seen.forEach(
        (key, judged) -> {
          if (judged.raised()) {
            raised.computeIfAbsent(key.service(), s -> new ArrayList<>()).add(key);
          }
        });
    List<Issue> issues = new ArrayList<>();
    for (String service : new TreeSet<>(raised.keySet())) {
      issues.add(issue(state, service, raised.getOrDefault(service, List.of())));
    }
    return Detection.of(issues);
  }

  private Optional<Seen> judge(HostState state, Key key) {
    Optional<Sample> lately = state.sample(ServiceStalls.stalled(key.resource(), key.service()));
    Optional<Sample> minute =
        state.sample(ServiceStalls.stalledLong(key.resource(), key.service()));
    if (lately.isEmpty() || minute.isEmpty()) {
      return Optional.empty();
    }
    Seen before = seen.get(key);
    boolean known = before != null && before.at().equals(lately.get().at());
    if (known && lately.get().at().isBefore(state.at())) {
      return Optional.ofNullable(before); // not measured anew
    }
    double level = high.getOrDefault(key.resource(), 1.0);
    double value = lately.get().value();
    boolean steady = before != null && value >= before.lately() - STEADY;
    boolean raised =
        before != null && before.raised()
            ? value >= level / 2
            : steady && value >= level && minute.get().value() >= level;
    return Optional.of(new Seen(lately.get().at(), value, raised));
  }

  private static Issue issue(HostState state, String service, List<Key> keys) {
    List<String> waits = new ArrayList<>();
    Map<String, Double> metrics = new HashMap<>();
    Instant at = state.at();
    for (String resource : ServiceStalls.RESOURCES) {
      if (keys.contains(new Key(resource, service))) {
        Evidence evidence =
            Evidence.of(
                state,
                ServiceStalls.stalled(resource, service),
                ServiceStalls.stalledLong(resource, service));
        metrics.putAll(evidence.metrics());
        at = state.sample(ServiceStalls.stalled(resource, service)).map(Sample::at).orElse(at);
        waits.add(
            "all of it waited for "
                + Map.of("memory", "memory", "io", "disks", "cpu", "processors").get(resource)
                + " "
                + Texts.percent(evidence.value(ServiceStalls.stalledLong(resource, service)))
                + " of the last minute, and "
                + Texts.percent(evidence.value(ServiceStalls.stalled(resource, service)))
                + " of the last 10 s");
      }
    }
    return Issue.of(
        at,
        IssueType.SERVICE_PRESSURE,
        Severity.MEDIUM,
        service + " hardly gets on: " + String.join("; ", waits),
        metrics,
        List.of(service));
  }
}
