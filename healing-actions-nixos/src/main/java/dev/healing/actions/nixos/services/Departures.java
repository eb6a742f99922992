package dev.healing.actions.nixos.services;

import dev.healing.spi.Systemd;
import java.util.HashSet;
import java.util.Set;

/**
 * Who left by whose word when a service failed, told by the order in which they left. systemd stops
 * who is ordered after another before that one. So who is bound to the service, is ordered after it
 * and left after it was up when the service failed, and went because of that: had somebody stopped
 * it, alone or both, it would have left first. Unless its stop had waited for another one since
 * before the failure: that of a unit which is ordered after it, and was being stopped then.
 */
final class Departures {
  private final Systemd systemd;
  private final String service;
  private final Set<String> falling;
  private final long fellMicros;

  /**
   * Asks systemd, also later.
   *
   * @param service that failed
   * @param falling what is on its way down now
   */
  Departures(Systemd systemd, String service, Set<String> falling) {
    this.systemd = systemd;
    this.service = service;
    this.falling = falling;
    this.fellMicros = left(service);
  }

  /**
   * Whether a unit that is down, or on its way there, went because the service had failed.
   *
   * @param parent to what it is bound, or on what it hangs, and that went so itself
   */
  boolean went(String unit, String parent) {
    boolean byTheFailure =
        fellMicros > 0
            && left(unit) >= fellMicros
            && (parent.equals(service) || left(unit) <= left(parent));
    return byTheFailure
        && systemd.related(unit, Set.of("After")).contains(parent)
        && !waitedForAStop(unit, new HashSet<>());
  }

  private boolean waitedForAStop(String unit, Set<String> seen) {
    for (String later : systemd.related(unit, Set.of("Before"))) {
      long left = left(later);
      boolean stopping = left > 0 && left < fellMicros && ended(later) >= fellMicros;
      if (stopping || left >= fellMicros && seen.add(later) && waitedForAStop(later, seen)) {
        return true;
      }
    }
    return false;
  }

  /** When it was up last, in microseconds; 0 if it never was. */
  private long left(String unit) {
    return falling.contains(unit) && is(unit, "active")
        ? Long.MAX_VALUE // its stop waits for another
        : micros(unit, "ActiveExitTimestampMonotonic");
  }

  /** When it was down, in microseconds; for ever if it is not yet. */
  private long ended(String unit) {
    return is(unit, "deactivating")
        ? Long.MAX_VALUE
        : micros(unit, "InactiveEnterTimestampMonotonic");
  }

  private boolean is(String unit, String activeState) {
    return systemd.unit(unit).filter(u -> u.activeState().equals(activeState)).isPresent();
  }

  private long micros(String unit, String time) {
    return Restartable.micros(systemd.properties(unit, Set.of(time)), time);
  }
}
