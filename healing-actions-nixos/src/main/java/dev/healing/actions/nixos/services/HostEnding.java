package dev.healing.actions.nixos.services;

import dev.healing.spi.Systemd;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Units with which the host may go: they declare that it is rebooted or powered off when they end,
 * fail, or are started too often. To touch one is no small thing, whatever it takes to do so.
 */
final class HostEnding {
  private static final Set<String> ACTIONS =
      Set.of("SuccessAction", "FailureAction", "StartLimitAction", "JobTimeoutAction");
  private static final Set<String> NONE = Set.of("", "none");
  private static final Set<String> TRIGGERED = Set.of("OnSuccess", "OnFailure");
  private static final Set<String> TARGETS =
      Set.of(
          "reboot.target",
          "poweroff.target",
          "halt.target",
          "kexec.target",
          "soft-reboot.target",
          "shutdown.target",
          "exit.target",
          "rescue.target",
          "emergency.target");

  private HostEnding() {}

  /** Which of these units it is, and how; empty if it is none. */
  static Optional<String> of(Systemd systemd, Collection<String> units) {
    for (String unit : new TreeSet<>(units)) {
      Optional<String> how =
          declared(systemd, unit)
              .or(
                  () ->
                      systemd.related(unit, TRIGGERED).stream()
                          .flatMap(next -> triggered(systemd, next).stream())
                          .findFirst());
      if (how.isPresent()) {
        return how.map(
            words -> unit + " may take the host down (" + words + "): that is for a human");
      }
    }
    return Optional.empty();
  }

  private static Optional<String> triggered(Systemd systemd, String next) {
    String wanted = "OnSuccess= or OnFailure= starts " + next;
    return TARGETS.contains(next.toLowerCase(Locale.ROOT))
        ? Optional.of(wanted)
        : declared(systemd, next).map(how -> wanted + ", which has " + how);
  }

  private static Optional<String> declared(Systemd systemd, String unit) {
    Map<String, String> told = new TreeMap<>(systemd.properties(unit, ACTIONS));
    return told.entrySet().stream()
        .filter(one -> ACTIONS.contains(one.getKey()) && !NONE.contains(one.getValue()))
        .map(one -> one.getKey() + "=" + one.getValue())
        .findFirst();
  }
}
