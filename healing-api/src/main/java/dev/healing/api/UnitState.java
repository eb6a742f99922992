package dev.healing.api;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A systemd unit as it was at one instant. See {@code org.freedesktop.systemd1(5)}.
 *
 * @param name for example {@code nginx.service}
 * @param loadState loaded, not-found, masked, …
 * @param activeState active, reloading, inactive, failed, activating, deactivating
 * @param subState for example running, dead, auto-restart
 * @param result why a service ended: success, exit-code, signal, timeout, start-limit-hit, …; empty
 *     where the unit has none
 * @param type simple, oneshot, notify, …; empty where the unit has none
 * @param mainPid of the main process, where there is one
 * @param invocationId of the current or last start; empty if it was never started
 * @param changedAt when it entered its active state, where systemd says so
 * @param requires units that it cannot do without (Requires, Requisite, BindsTo)
 */
public record UnitState(
    String name,
    String loadState,
    String activeState,
    String subState,
    String result,
    String type,
    OptionalLong mainPid,
    String invocationId,
    Optional<Instant> changedAt,
    Set<String> requires) {
  private static final int LONGEST = 255;
  private static final Pattern NAME =
      Pattern.compile(
          "[A-Za-z0-9:_.\\\\@-]+"
              + "\\.(service|socket|device|mount|automount|swap|target|path|timer|slice|scope)");

  /** Copies, and refuses what is not there. */
  public UnitState {
    Objects.requireNonNull(name, "unit without a name");
    Objects.requireNonNull(activeState, "unit without an active state");
    Objects.requireNonNull(mainPid, "unit without a word on its main process");
    Objects.requireNonNull(changedAt, "unit without a word on when it changed");
    requires = Set.copyOf(requires);
  }

  /** Whether systemd says that it failed. */
  public boolean failed() {
    return activeState.equals("failed");
  }

  /**
   * The name that is meant where no suffix is written: {@code nginx} is {@code nginx.service}, as
   * for systemctl. A glob that ends in {@code *} is left as it is.
   */
  public static String fullName(String written) {
    return written.contains(".") || written.endsWith("*") ? written : written + ".service";
  }

  /** Whether it can be the name of a unit. See systemd.unit(5). */
  public static boolean isName(String name) {
    return name.length() <= LONGEST && NAME.matcher(name).matches() && name.charAt(0) != '@';
  }

  /** Whether it is neither inactive nor failed: also while it is on its way up or down. */
  public boolean atWork() {
    return !activeState.equals("inactive") && !failed();
  }

  /** Whether it is neither up nor down yet. */
  public boolean onItsWay() {
    return activeState.equals("activating") || activeState.equals("deactivating");
  }

  /** Whether it is up: active or reloading. */
  public boolean active() {
    return activeState.equals("active") || activeState.equals("reloading");
  }
}
