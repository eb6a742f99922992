package dev.healing.core.host;

import dev.healing.api.UnitState;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;

/** What both ways to systemd make of the values they read. */
final class UnitDetails {
  private UnitDetails() {}

  static UnitState state(
      String name,
      String loadState,
      String activeState,
      String subState,
      String result,
      String type,
      long mainPid,
      String invocationId,
      long changedMicros,
      Collection<String> required) {
    return new UnitState(
        name,
        loadState,
        activeState,
        subState,
        result,
        type,
        mainPid > 0 ? OptionalLong.of(mainPid) : OptionalLong.empty(),
        invocationId,
        changedMicros > 0
            ? Optional.of(Instant.EPOCH.plus(changedMicros, ChronoUnit.MICROS))
            : Optional.empty(),
        withoutNoise(required));
  }

  /** Slices, targets and the like are required by nearly everything and say nothing of a fault. */
  private static Set<String> withoutNoise(Collection<String> required) {
    Set<String> kept = new TreeSet<>();
    for (String unit : required) {
      if (unit.endsWith(".service") || unit.endsWith(".socket") || unit.endsWith(".mount")) {
        kept.add(unit);
      }
    }
    return kept;
  }
}
