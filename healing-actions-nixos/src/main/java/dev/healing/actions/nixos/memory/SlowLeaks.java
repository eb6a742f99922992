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
 * Services that leak over hours: most leaks do. The samples of the host state go back minutes, so
 * that these are judged by the metric history, by the highest value of every five minutes; where
 * none is kept there is no evidence. Safe for several threads.
 */
final class SlowLeaks {
  private static final List<Duration> WINDOWS =
      List.of(Duration.ofHours(1), Duration.ofHours(6), Duration.ofDays(1));

  private static final Duration STEP = Duration.ofMinutes(5);

  /** It is read from files, and what is asked at each look has nothing new before this. */
  private static final Duration HOLDS = STEP;

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
    Instant since = state.at().minus(WINDOWS.get(WINDOWS.size() - 1));
    List<Leak> leaks = new ArrayList<>();
    for (String unit : state.components(Metric.SERVICE_MEMORY)) {
      List<Sample> past = host.past().highest(Metric.of(Metric.SERVICE_MEMORY, unit), since, STEP);
      WINDOWS.stream()
          .filter(window -> window.compareTo(longerThan) > 0)
          .flatMap(window -> Leak.of(unit, past, window, leastBytes).stream())
          .findFirst()
          .ifPresent(leaks::add);
    }
    leaks.sort(Comparator.comparingDouble(Leak::bytesPerSecond).reversed());
    return leaks;
  }
}
