package dev.healing.actions.nixos.throttle;

import dev.healing.actions.nixos.Checks;
import dev.healing.api.Globs;
import dev.healing.api.RefusedException;
import dev.healing.spi.HostContext;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * Whom to throttle: who stands out, or was named, unless he is not to be.
 *
 * @param avoid services that are never throttled
 */
record Choice(HostContext host, Globs avoid) {
  private static final double MARGIN = 2;

  /**
   * Who uses by far the most.
   *
   * @throws RefusedException if nobody does, or he is not to be throttled
   */
  ServiceUse standsOut(List<ServiceUse> uses, Restraint restraint) {
    double least = restraint.least();
    ServiceUse first = uses.isEmpty() ? null : uses.get(0);
    Checks.require(
        first != null && first.amount() >= Math.max(Double.MIN_NORMAL, least),
        "nobody stands out: nothing uses " + restraint.inWords(least) + " or more");
    ServiceUse found = throttled(Objects.requireNonNull(first));
    if (uses.size() > 1) {
      Checks.require(
          found.amount() >= MARGIN * uses.get(1).amount(),
          "nobody stands out: "
              + found.name()
              + " uses "
              + restraint.inWords(found.amount())
              + next(uses, restraint));
    }
    return found;
  }

  /** Whoever found that it works in the background knows best whom it is about. */
  ServiceUse named(List<ServiceUse> uses, String unit) {
    return throttled(
        uses.stream()
            .filter(use -> use.name().equals(unit))
            .findFirst()
            .orElseThrow(() -> new RefusedException(unit + " uses no processor time now")));
  }

  private ServiceUse throttled(ServiceUse found) {
    Checks.require(
        found.isService(),
        found.name() + " stands out and is no service: only services are throttled");
    Checks.require(!avoid.test(found.name()), found.name() + " is named in avoid");
    Checks.refuseIf(host.protection().unit(found.name(), host.systemd()));
    Checks.refuseIf(host.protection().within(Set.of(found.name()), host.processes()));
    Checks.require(
        found.pids().stream().noneMatch(host.processes().ourselves()::contains),
        found.name() + " is our own service or one of our ancestors'");
    return found;
  }

  /** Who is next, in words that follow on those about the first. */
  static String next(List<ServiceUse> uses, Restraint restraint) {
    return uses.size() < 2
        ? ""
        : "; next is " + uses.get(1).name() + " with " + restraint.inWords(uses.get(1).amount());
  }
}
