package dev.healing.actions.nixos;

import dev.healing.api.RefusedException;
import dev.healing.api.UnitState;
import dev.healing.spi.Execution;
import dev.healing.spi.HostContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A unit that is restarted: what it is called, what goes along, and when that is over. */
final class Restart {
  private static final Duration FIRST_WAIT = Duration.ofMillis(10);
  private static final Duration LONGEST_WAIT = Duration.ofMillis(250);

  private final HostContext host;

  Restart(HostContext host) {
    this.host = host;
  }

  UnitState find(String name) {
    return host.systemd()
        .unit(name)
        .orElseThrow(() -> new RefusedException(name + ": systemd knows no such unit"));
  }

  /** What tells that it was neither started again nor the host booted. */
  Map<String, String> facts(UnitState unit) {
    return Map.of("invocation-id", unit.invocationId(), "boot-id", host.time().bootId());
  }

  /** In words what is up and goes along; refuses if that is protected. */
  String alongside(String name) {
    List<String> up = new ArrayList<>();
    for (String other : host.systemd().reachedByRestart(name)) {
      if (host.systemd().unit(other).filter(UnitState::atWork).isPresent()) {
        host.protection()
            .unit(other, host.systemd())
            .ifPresent(
                why ->
                    Checks.refuseIf(
                        Optional.of(name + " would stop or restart " + other + ": " + why)));
        up.add(other);
      }
    }
    return up.isEmpty()
        ? "nothing else that is up is stopped or restarted with it"
        : "systemd stops or restarts with it: " + String.join(", ", up);
  }

  /** The unit when its job has ended and it is neither coming nor going; empty if stopped. */
  Optional<UnitState> settle(String name, long job, Execution execution) {
    Duration wait = FIRST_WAIT;
    while (true) {
      if (!host.systemd().jobRunning(job)) {
        UnitState unit = find(name);
        if (!unit.activeState().equals("activating")
            && !unit.activeState().equals("deactivating")) {
          return Optional.of(unit);
        }
      }
      if (!execution.pause(wait)) {
        return Optional.empty();
      }
      wait = wait.multipliedBy(2).compareTo(LONGEST_WAIT) < 0 ? wait.multipliedBy(2) : LONGEST_WAIT;
    }
  }
}
