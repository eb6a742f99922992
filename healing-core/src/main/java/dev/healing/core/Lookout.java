package dev.healing.core;

import dev.healing.api.HostState;
import dev.healing.api.MetricForecast;
import dev.healing.api.OwnAction;
import dev.healing.api.Unreadable;
import dev.healing.core.calls.Inbox;
import dev.healing.core.guard.Settings;
import dev.healing.core.plugins.Plugins;
import dev.healing.core.watch.Observation;
import dev.healing.core.watch.Watch;
import dev.healing.spi.Detector;
import dev.healing.spi.TimeSource;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * When the host is looked at, and what was seen last: once in an interval, and sooner when
 * something wakes it or wants to be looked at again; one look at a time. Belongs to the engine's
 * thread.
 */
final class Lookout {
  /** A wake-up right after a look waits this long, so that a flood of signals is one look. */
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(20);

  private final TimeSource time;
  private final Inbox inbox;
  private final Watch watch;
  private final Incidents incidents;
  private final Consumer<HostState> seen;
  private Duration interval;
  private Plugins plugins;

  private @Nullable Observation arrived;
  private @Nullable Observation newest;
  private long looks;
  private boolean awake = true;
  private long lastNanos;
  private long nextNanos;

  /**
   * Has seen nothing yet.
   *
   * @param incidents those whose validators look too
   * @param seen is given what each look measured, as soon as it has arrived
   */
  Lookout(
      TimeSource time,
      Inbox inbox,
      Watch watch,
      Incidents incidents,
      Consumer<HostState> seen,
      Settings settings,
      Plugins plugins) {
    this.time = time;
    this.inbox = inbox;
    this.watch = watch;
    this.incidents = incidents;
    this.seen = seen;
    this.interval = settings.interval();
    this.plugins = plugins;
    nextNanos = time.monotonicNanos();
    lastNanos = nextNanos - BETWEEN_LOOKS.toNanos();
  }

  /** Goes on with other settings and plugins, at once. */
  void use(Settings newSettings, Plugins newPlugins) {
    interval = newSettings.interval();
    plugins = newPlugins;
    arrived = null;
    watch.startAnew();
    wake();
  }

  /** Has it look soon. */
  void wake() {
    awake = true;
  }

  /**
   * Whether it is time to look.
   *
   * @param wantedNanos when a look is wanted before the interval is over, in monotonic time
   */
  boolean due(long wantedNanos) {
    return !watch.looking() && time.monotonicNanos() >= nextNanos(wantedNanos);
  }

  /** When it is time to look next, in monotonic time; never while a look is under way. */
  long nextNanos(long wantedNanos) {
    if (watch.looking()) {
      return Long.MAX_VALUE;
    }
    long soonest = lastNanos + BETWEEN_LOOKS.toNanos();
    return Math.min(nextNanos, awake ? soonest : Math.max(soonest, wantedNanos));
  }

  /** When the last look was begun, in monotonic time. */
  long lastNanos() {
    return lastNanos;
  }

  /**
   * Begins a look.
   *
   * @param ownActions what we have done and do, for detectors
   */
  void look(List<OwnAction> ownActions) {
    awake = false;
    lastNanos = time.monotonicNanos();
    nextNanos = lastNanos + interval.toNanos();
    glance(ownActions, observation -> arrived = observation);
  }

  /**
   * The same, when whoever asks wants it.
   *
   * @param then is given what was found; never, if plugins are others by then: what was seen before
   *     a reload is no evidence, since it was told to look at other things
   */
  void glance(List<OwnAction> ownActions, Consumer<Observation> then) {
    Plugins asked = plugins;
    watch.begin(
        plugins,
        detectors(),
        ownActions,
        observation ->
            inbox.post(
                () -> {
                  watch.ended();
                  if (asked == plugins) {
                    newest = observation;
                    seen.accept(observation.state());
                    looks++;
                    then.accept(observation);
                  }
                }));
  }

  private Map<String, Detector> detectors() {
    Map<String, Detector> validators = new LinkedHashMap<>();
    for (Tracked incident : incidents.open()) {
      incident.validator.ifPresent(validator -> validators.put(incident.reportedBy(), validator));
    }
    if (validators.isEmpty()) {
      return plugins.detectors();
    }
    Map<String, Detector> all = new LinkedHashMap<>(plugins.detectors());
    all.putAll(validators);
    return all;
  }

  /** As {@link Watch#enforce}. */
  Optional<Duration> enforce(Duration deadline) {
    return watch.enforce(deadline);
  }

  /** What a look has found since this was asked last. */
  Optional<Observation> takeArrived() {
    Optional<Observation> taken = Optional.ofNullable(arrived);
    arrived = null;
    return taken;
  }

  /** What was measured last; absent before the first look. */
  Optional<HostState> state() {
    return Optional.ofNullable(newest).map(Observation::state);
  }

  /** What the last look could not tell. */
  List<Unreadable> unreadable() {
    return newest == null ? List.of() : newest.unreadable();
  }

  /** What detectors said last of what will be. */
  List<MetricForecast> forecasts() {
    return newest == null ? List.of() : newest.forecasts();
  }

  /** How many looks have arrived. */
  long looks() {
    return looks;
  }
}
