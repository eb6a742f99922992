package dev.healing.actions.nixos.services;

import dev.healing.actions.nixos.Checks;
import dev.healing.spi.HostContext;
import dev.healing.spi.Systemd;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a restart starts besides: what is down, and is asked for by the service or what is restarted
 * along, directly or through others that are down. Who is up already asks for nothing.
 */
final class PulledIn {
  private static final int MOST = 100;
  private static final Set<String> ASKED_FOR = Set.of("Requires", "BindsTo", "Wants", "Upholds");

  private PulledIn() {}

  /**
   * Finds it. Changes nothing.
   *
   * @param restarted what is up and is restarted along
   * @throws dev.healing.api.RefusedException if something of it is protected, or a target that is
   *     restarted along asks for it: half the host hangs on those, and what is down of it may be
   *     somebody's wish
   */
  static Set<String> by(HostContext host, Systemd systemd, String name, Set<String> restarted) {
    Set<String> found = new TreeSet<>();
    Deque<String> asking = new ArrayDeque<>(restarted);
    asking.add(name);
    while (!asking.isEmpty()) {
      String one = asking.remove();
      boolean wholesale = one.endsWith(".target") && restarted.contains(one);
      for (String other : systemd.related(one, ASKED_FOR)) {
        if (!other.equals(name) && !found.contains(other) && isDown(systemd, other)) {
          Checks.refuseIf(
              host.protection()
                  .unit(other, systemd)
                  .map(why -> name + " would start " + other + ": " + why));
          Checks.require(
              !wholesale,
              String.format(
                  "a restart of %s would restart %s, which starts %s, that is down",
                  name, one, other));
          Checks.require(
              found.size() < MOST,
              "a restart of " + name + " would start more than " + MOST + " other units");
          found.add(other);
          asking.add(other);
        }
      }
    }
    return found;
  }

  private static boolean isDown(Systemd systemd, String unit) {
    return !unit.endsWith(".slice")
        && systemd
            .unit(unit)
            .filter(u -> !u.atWork() && u.loadState().equals("loaded"))
            .isPresent();
  }
}
