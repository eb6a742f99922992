package dev.healing.actions.nixos.services;

import dev.healing.api.HostException;
import dev.healing.api.UnitState;
import dev.healing.spi.Systemd;
import java.util.Optional;
import java.util.OptionalLong;

/** Asks systemd, and remembers whether it answered: while it does not, nothing is known. */
final class PatientSystemd {
  private final Systemd systemd;
  private Optional<String> silence = Optional.empty();

  PatientSystemd(Systemd systemd) {
    this.systemd = systemd;
  }

  /** What it said instead of an answer, the last time; empty if it answered. */
  Optional<String> silence() {
    return silence;
  }

  /** Whether the job is known to be over; what was never confirmed has none to wait for. */
  boolean over(OptionalLong job) {
    try {
      boolean over = job.isEmpty() || !systemd.jobRunning(job.getAsLong());
      silence = Optional.empty();
      return over;
    } catch (HostException e) {
      silence = Optional.of(String.valueOf(e.getMessage()));
      return false;
    }
  }

  /** The unit; absent while systemd does not answer. */
  Optional<UnitState> look(String unit) {
    try {
      Optional<UnitState> found = systemd.unit(unit);
      silence = Optional.empty();
      return found;
    } catch (HostException e) {
      silence = Optional.of(String.valueOf(e.getMessage()));
      return Optional.empty();
    }
  }
}
