package dev.healing.actions.nixos.throttle;

import dev.healing.actions.nixos.throttle.Throttles.Throttle;
import dev.healing.api.Configuration;
import dev.healing.api.Detection;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Metric;
import dev.healing.api.Severity;
import dev.healing.api.Unreadable;
import dev.healing.spi.Detector;
import dev.healing.spi.DetectorProvider;
import dev.healing.spi.HostContext;
import dev.healing.spi.HostProcesses.ProcessState;
import dev.healing.spi.Systemd.Limit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A service is throttled and no longer needs to be: for a while it has used clearly less than it is
 * given, and the host has had room; or it has been throttled for long: who does what the host is
 * there for never gets calm. It lives beside the actions that it belongs to, since what is
 * throttled is theirs to know. Keys: {@code after}, how long it has been calm (default 10m), {@code
 * at-most}, how long it is throttled (default 1h).
 */
public final class ThrottledCalm implements Detector {
  static final String NAME = "throttled_calm";
  static final String AT_MOST = "at-most";
  static final Duration USUALLY_AT_MOST = Duration.ofHours(1);

  /** Looking at all processes, or for a file that is not there, costs: not at every look. */
  private static final Duration BETWEEN = Duration.ofSeconds(10);

  /** Who uses so much of its limit might use more without it. */
  private static final double NEAR = 0.8;

  /** Where the host itself is clear, as cpu_high and memory_high have it by default. */
  private static final double CPU_CLEAR = 0.75;

  private static final double MEMORY_CLEAR = 0.85;

  private final HostContext host;
  private final Throttles throttles;
  private final Duration after;
  private final Duration atMost;
  private final Map<Throttle, Track> tracks = new HashMap<>();
  private @Nullable Long nothingSinceNanos;

  /** When it was last measured, what it had used by then, and when it was last not calm. */
  private record Track(long atNanos, long cpuNanos, long restlessNanos) {}

  private ThrottledCalm(HostContext host) {
    this.host = host;
    this.throttles = new Throttles(host);
    this.after = host.configuration().duration("after", Duration.ofMinutes(10));
    this.atMost = atMost(host.configuration());
  }

  /** How long a service is throttled, by this detector's section. */
  static Duration atMost(Configuration own) {
    return own.duration(AT_MOST, USUALLY_AT_MOST);
  }

  /** Makes it. */
  public static final class Provider implements DetectorProvider {
    @Override
    public String name() {
      return NAME;
    }

    @Override
    public Detector create(HostContext context) {
      return new ThrottledCalm(context);
    }
  }

  @Override
  public Set<IssueType> reports() {
    return Set.of(IssueType.THROTTLED_CALM);
  }

  @Override
  public Detection detect(HostState state) {
    long now = host.time().monotonicNanos();
    if (nothingSinceNanos != null && now - nothingSinceNanos < BETWEEN.toNanos()) {
      return Detection.NOTHING; // what is throttled since has time
    }
    nothingSinceNanos = null;
    Optional<String> damage = throttles.damage();
    if (damage.isPresent()) {
      return new Detection(List.of(), List.of(new Unreadable("throttles", damage.orElseThrow())));
    }
    List<Throttle> all = throttles.all();
    tracks.keySet().retainAll(all);
    if (all.isEmpty()) {
      nothingSinceNanos = now;
      return Detection.NOTHING;
    }
    measure(state, all);
    List<Issue> issues = new ArrayList<>();
    List<Unreadable> unreadable = new ArrayList<>();
    Map<String, List<Throttle>> byUnit =
        all.stream()
            .collect(Collectors.groupingBy(Throttle::unit, TreeMap::new, Collectors.toList()));
    byUnit.forEach(
        (unit, own) -> {
          if (own.stream().anyMatch(throttle -> throttle.age(host).compareTo(atMost) >= 0)) {
            issues.add(issue(state, unit, own, "has been throttled for " + atMost.toMinutes()));
            return;
          }
          if (own.stream().anyMatch(throttle -> room(state, throttle).isEmpty())) {
            unreadable.add(new Unreadable(unit, "whether the host has room is not known"));
            return;
          }
          long calmNanos = own.stream().mapToLong(this::calmNanos).min().orElse(0);
          if (calmNanos >= after.toNanos()) {
            long minutes = Duration.ofNanos(calmNanos).toMinutes();
            issues.add(issue(state, unit, own, "has been calm for " + minutes));
          }
        });
    return new Detection(issues, unreadable);
  }

  private long calmNanos(Throttle throttle) {
    return Optional.ofNullable(tracks.get(throttle))
        .map(track -> host.time().monotonicNanos() - track.restlessNanos())
        .orElse(0L);
  }

  private static Issue issue(HostState state, String unit, List<Throttle> own, String hasBeen) {
    return Issue.of(
        state.at(),
        IssueType.THROTTLED_CALM,
        Severity.LOW,
        unit
            + " "
            + hasBeen
            + " min and still has "
            + own.stream().map(Throttle::inWords).collect(Collectors.joining(", ")),
        Map.of(),
        List.of(unit));
  }

  /** How far the host is from where it is not clear any more; negative if it is not. */
  private static OptionalDouble room(HostState state, Throttle throttle) {
    boolean cpu = throttle.limit() != Limit.MEMORY_HIGH;
    OptionalDouble used = state.value(cpu ? Metric.CPU_BUSY : Metric.MEMORY_USED);
    return used.isEmpty()
        ? used
        : OptionalDouble.of((cpu ? CPU_CLEAR : MEMORY_CLEAR) - used.getAsDouble());
  }

  /** By the measure that it was throttled by; what is not known is not calm. */
  private double memory(List<ProcessState> own) {
    return own.isEmpty()
        ? 0
        : ServiceUse.workingBytes(host.files(), own.get(0).units()).orElse(Long.MAX_VALUE);
  }

  private void measure(HostState state, List<Throttle> all) {
    long now = host.time().monotonicNanos();
    List<ProcessState> processes = null;
    for (Throttle throttle : all) {
      // The first span reaches back to when it was set: also after a restart of ours.
      Track last =
          tracks.getOrDefault(
              throttle,
              new Track(throttle.sinceNanos(), throttle.cpuNanos(), throttle.sinceNanos()));
      boolean room = room(state, throttle).orElse(-1) >= 0;
      if (now - last.atNanos() < BETWEEN.toNanos()) {
        if (!room) {
          tracks.put(throttle, new Track(last.atNanos(), last.cpuNanos(), now));
        }
        continue;
      }
      if (processes == null) {
        processes = host.processes().all();
      }
      List<ProcessState> own =
          processes.stream()
              .filter(p -> p.unit().filter(throttle.unit()::equals).isPresent())
              .toList();
      long cpuNanos = ServiceUse.cpuNanos(own);
      if (throttle.limit() == Limit.CPU_WEIGHT) { // it may take all that others leave
        tracks.put(throttle, new Track(now, last.cpuNanos(), room ? last.restlessNanos() : now));
        continue;
      }
      double used =
          throttle.limit() == Limit.CPU_QUOTA
              // Processes that have ended took their time along: what remains is new.
              ? (cpuNanos >= last.cpuNanos() ? cpuNanos - last.cpuNanos() : cpuNanos)
                  * 1e6
                  / (now - last.atNanos())
              : memory(own);
      boolean restless = !room || used >= NEAR * throttle.value();
      tracks.put(throttle, new Track(now, cpuNanos, restless ? now : last.restlessNanos()));
    }
  }
}
