package dev.healing.actions.nixos.memory;

import dev.healing.api.HostState;
import dev.healing.api.Metric;
import dev.healing.api.Sample;
import dev.healing.spi.HostContext;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Services that leak over hours or days: most leaks do. The samples of the host state go back
 * minutes, so that these are judged by the metric history, by the highest value of every five
 * minutes, or of every hour over days; where none is kept there is no evidence. Safe for several
 * threads.
 */
final class SlowLeaks {
  /** What is looked for together, in what is read once. */
  private record Look(Duration step, List<Duration> windows) {
    Duration back() {
      return windows.get(windows.size() - 1);
    }
  }

  private static final List<Look> LOOKS =
      List.of(
          new Look(
              Duration.ofMinutes(5),
              List.of(Duration.ofHours(1), Duration.ofHours(6), Duration.ofDays(1))),
          new Look(Duration.ofHours(1), List.of(Duration.ofDays(3), Duration.ofDays(7))));

  /** It is read from files, and what is asked at each look has nothing new before this. */
  private static final Duration HOLDS = Duration.ofMinutes(5);

  private final HostContext host;
  private final Duration longerThan;
  private List<Leak> found = List.of();
  private Optional<Long> foundNanos = Optional.empty();

  /**
   * Has looked at nothing yet.
   *
   * @param longerThan what is watched for no longer is not enough, or is seen in the host state
   */
  SlowLeaks(HostContext host, Duration longerThan) {
    this.host = host;
    this.longerThan = longerThan;
  }

  /** All there are, the fastest first; each over the shortest time that shows it. */
  synchronized List<Leak> all(HostState state, double leastBytes) {
    long now = host.time().monotonicNanos();
    if (foundNanos.filter(at -> now - at < HOLDS.toNanos()).isEmpty()) {
      found = look(state, leastBytes);
      foundNanos = Optional.of(now);
    }
    return found;
  }

  private List<Leak> look(HostState state, double leastBytes) {
    List<Leak> leaks = new ArrayList<>();
    for (String unit : state.components(Metric.SERVICE_MEMORY)) {
      LOOKS.stream()
          .flatMap(look -> leak(unit, state.at(), look, leastBytes).stream())
          .findFirst()
          .ifPresent(leaks::add);
    }
    leaks.sort(Comparator.comparingDouble(Leak::bytesPerSecond).reversed());
    return leaks;
  }

  private Optional<Leak> leak(String unit, Instant now, Look look, double leastBytes) {
    Metric metric = Metric.of(Metric.SERVICE_MEMORY, unit);
    List<Sample> past = host.past().highest(metric, now.minus(look.back()), look.step());
    return look.windows().stream()
        .filter(window -> window.compareTo(longerThan) > 0)
        .flatMap(window -> Leak.of(unit, past, window, leastBytes).stream())
        .findFirst();
  }
}
