package dev.healing.optimizer;

import dev.healing.api.HostState;
import dev.healing.api.Opportunity;
import dev.healing.api.OptimizationType;
import dev.healing.spi.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Whether now is the time for an opportunity: nothing on a host that is not well, an hour between
 * two of a kind, and what is heavy in a quiet hour within the maintenance windows. Where windows
 * are set they will do until the quiet hours are known. Safe for several threads.
 */
final class Timing {
  static final Duration BETWEEN = Duration.ofHours(1);

  private final TimeSource time;
  private final boolean byItself;
  private final int healthFloor;
  private final Windows windows;
  private final BusyByHour hours;
  private final Experience experience;
  private final Duration cachesEvery;
  private final Map<OptimizationType, Long> triedNanos = new EnumMap<>(OptimizationType.class);

  Timing(
      TimeSource time,
      boolean byItself,
      int healthFloor,
      Windows windows,
      BusyByHour hours,
      Experience experience,
      Duration cachesEvery) {
    this.time = time;
    this.byItself = byItself;
    this.healthFloor = healthFloor;
    this.windows = windows;
    this.hours = hours;
    this.experience = experience;
    this.cachesEvery = cachesEvery;
  }

  /**
   * Why it is not done by itself now; empty if it may be.
   *
   * @param heavy whether it keeps the host busy for long
   * @param because is given why now is the time, where that was learned
   */
  Optional<String> notNow(
      Opportunity found, boolean heavy, HostState state, StringBuilder because) {
    if (!found.safeToAutomate()) {
      return Optional.of("it is only done on a person's word");
    }
    if (!byItself) {
      return Optional.of("optimizer.proactive.by-itself is off");
    }
    OptionalDouble health = state.health();
    if (health.isEmpty() || health.getAsDouble() < healthFloor) {
      return Optional.of(
          (health.isEmpty() ? "health is unknown" : "health is " + Math.round(health.getAsDouble()))
              + ": nothing is done by itself below "
              + healthFloor);
    }
    return sameKind(found.type(), state.at())
        .or(() -> heavy ? heavy(state, because) : Optional.empty());
  }

  /** Why what is heavy is not to go on; empty if it may. */
  Optional<String> windowClosed() {
    return windows.closed(time.now());
  }

  /** Whether caches were not looked through lately; of the others it does not matter. */
  boolean due(OptimizationType type, Instant now) {
    return type != OptimizationType.CACHE_OPTIMIZATION
        || experience.last(type).filter(at -> at.plus(cachesEvery).isAfter(now)).isEmpty();
  }

  /** One of this kind is about to be done, or it was tried. */
  synchronized void tried(OptimizationType type) {
    triedNanos.put(type, time.monotonicNanos());
  }

  private synchronized Optional<String> sameKind(OptimizationType type, Instant now) {
    Long tried = triedNanos.get(type);
    boolean lately = tried != null && time.monotonicNanos() - tried < BETWEEN.toNanos();
    Optional<Instant> last = experience.last(type);
    // Set into the past, the clock does not hold it up for longer than from now on.
    boolean taken =
        last.filter(at -> !at.isAfter(now) && at.plus(BETWEEN).isAfter(now)).isPresent();
    return lately || taken
        ? Optional.of("one of its kind was done or tried within the last hour")
        : Optional.empty();
  }

  private Optional<String> heavy(HostState state, StringBuilder because) {
    Optional<String> closed = windows.closed(state.at());
    if (closed.isPresent()) {
      return closed;
    }
    Optional<String> loud = hours.notNow(state, because);
    return loud.isPresent() && windows.any() && !hours.known() ? Optional.empty() : loud;
  }
}
