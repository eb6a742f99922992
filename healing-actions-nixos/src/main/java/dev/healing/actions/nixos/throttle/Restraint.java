package dev.healing.actions.nixos.throttle;

import dev.healing.actions.nixos.throttle.Throttles.Throttle;
import dev.healing.api.ActionReport;
import dev.healing.spi.Execution;
import dev.healing.spi.Systemd.Limit;
import java.util.List;
import java.util.Optional;

/** A way to hold a service back, and how to tell whether it does. */
interface Restraint {
  /** The controller of control groups that it needs. */
  String controller();

  Limit limit();

  /** What services use of it now, the largest first. */
  List<ServiceUse> uses();

  /** Who uses less than this does not stand out. */
  double least();

  /** Why nobody would be better off if this service were held back; empty if somebody may be. */
  default Optional<String> needless(List<ServiceUse> uses, ServiceUse first) {
    return Optional.empty();
  }

  /**
   * What to set for this service.
   *
   * @throws dev.healing.api.RefusedException if that would change next to nothing, or too much
   */
  long value(ServiceUse first);

  /** So much of it, for a person. */
  String inWords(double amount);

  /** What is measured when it is set, for a person. */
  String check();

  /**
   * Looks whether it has an effect, now that it is set. Unless it is DONE it is taken away again.
   */
  ActionReport effect(Throttle throttle, ServiceUse first, Execution execution);
}
