package dev.healing.actions.nixos.services;

import dev.healing.api.HostException;
import dev.healing.api.UnitState;
import dev.healing.spi.Execution;
import dev.healing.spi.HostContext;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The restart that systemd was asked for, until it is over. Jobs are asked about, never waited for:
 * while systemd does not answer, it is asked again until the time is over. What has to stop has its
 * own time for that, and the start has all of its time afterwards.
 */
final class RestartJob {
  private static final Duration FIRST_WAIT = Duration.ofMillis(10);
  private static final Duration LONGEST_WAIT = Duration.ofMillis(250);

  /** How long a restart that systemd did not confirm may show no effect once it answers again. */
  private static final Duration UNCONFIRMED = Duration.ofSeconds(3);

  private final HostContext host;
  private final RestartKeys keys;
  private final RestartPlan plan;
  private final PatientSystemd systemd;
  private final Execution execution;
  private final long askedNanos;
  private OptionalLong number = OptionalLong.empty();
  private Optional<String> unconfirmed = Optional.empty();
  private Optional<String> stopping = Optional.empty();
  private boolean stoppedEarly;

  /**
   * Asks for it.
   *
   * @throws dev.healing.api.RefusedException if it must not be
   */
  RestartJob(
      HostContext host,
      RestartKeys keys,
      RestartPlan plan,
      PatientSystemd systemd,
      Execution execution) {
    this.host = host;
    this.keys = keys;
    this.plan = plan;
    this.systemd = systemd;
    this.execution = execution;
    this.askedNanos = host.time().monotonicNanos(); // a reload has had its own time
    try {
      number = OptionalLong.of(host.systemd().restart(plan.name()));
    } catch (HostException e) {
      unconfirmed = Optional.of(String.valueOf(e.getMessage())); // it may have been heard
    }
  }

  /** What systemd said instead of taking it; empty if it was taken. */
  Optional<String> unconfirmed() {
    return unconfirmed;
  }

  /** That something was still being stopped for it when it was looked at last, in words. */
  Optional<String> stopping() {
    return stopping.map(
        unit ->
            String.format(
                "%s: its restart is under way: %s is still being stopped%s;"
                    + " systemd goes on with it, see 'systemctl status %s'",
                plan.name(),
                unit,
                stoppedEarly
                    ? ""
                    : " after " + keys.stopsWithin().toSeconds() + " s (stops-within)",
                unit));
  }

  /** Whether nobody waited for it as long as it may take, since the action was told to stop. */
  boolean stoppedEarly() {
    return stoppedEarly;
  }

  boolean startedAgain(UnitState unit) {
    return !unit.invocationId().equals(plan.unit().invocationId());
  }

  /**
   * Waits until it has ended and the unit is neither coming nor going.
   *
   * @return the unit then; empty if that takes too long
   */
  Optional<UnitState> ended() {
    long stopsBy = askedNanos + keys.stopsWithin().toNanos();
    long startsBy = askedNanos + keys.startsWithin().toNanos();
    long silentUntil = host.time().monotonicNanos();
    Duration wait = FIRST_WAIT;
    while (true) {
      boolean over = systemd.over(number);
      Optional<UnitState> unit = over || anyToStop() ? systemd.look(plan.name()) : Optional.empty();
      unit.ifPresent(this::lookWhatStops);
      long nowNanos = host.time().monotonicNanos();
      if (systemd.silence().isPresent()) {
        silentUntil = nowNanos;
      }
      if (over && unit.filter(u -> !u.onItsWay()).isPresent()) {
        long patience = nowNanos - silentUntil - UNCONFIRMED.toNanos();
        if (number.isPresent() || startedAgain(unit.orElseThrow()) || patience >= 0) {
          return unit;
        }
      }
      if (stopping.isPresent()) {
        startsBy = nowNanos + keys.startsWithin().toNanos();
      }
      if (nowNanos >= (stopping.isPresent() ? stopsBy : startsBy)) {
        return Optional.empty();
      }
      if (!execution.pause(wait)) {
        stoppedEarly = true;
        return Optional.empty();
      }
      wait = wait.multipliedBy(2).compareTo(LONGEST_WAIT) < 0 ? wait.multipliedBy(2) : LONGEST_WAIT;
    }
  }

  /** Whether there is anything to stop for it. */
  private boolean anyToStop() {
    return plan.unit().atWork() || !plan.restarted().isEmpty();
  }

  /** Whoever was started anew has nothing more to stop. */
  private void lookWhatStops(UnitState unit) {
    if (startedAgain(unit)) {
      stopping = Optional.empty();
    } else if (stops(unit)) {
      stopping = Optional.of(unit.name());
    } else {
      stopping =
          plan.restarted().stream()
              .filter(other -> systemd.look(other).filter(RestartJob::stops).isPresent())
              .findFirst();
    }
  }

  static boolean stops(UnitState unit) {
    return unit.activeState().equals("deactivating");
  }
}
