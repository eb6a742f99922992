package dev.healing.actions.nixos.services;

import dev.healing.actions.nixos.Checks;
import dev.healing.api.HostException;
import dev.healing.api.RefusedException;
import dev.healing.api.UnitState;
import dev.healing.spi.HostContext;
import dev.healing.spi.Systemd;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * A service that may be restarted as it is at this moment, whatever that takes with it: it failed,
 * or is sick, and no person wants it down.
 *
 * @param unit the service
 * @param although what is wrong with it although it is up; empty if it is down
 * @param reload whether it is enough, perhaps, to have it read its configuration again
 * @param triggers sockets, timers and paths that start it
 */
record Restartable(
    UnitState unit, Optional<String> although, boolean reload, Set<String> triggers) {
  private static final Set<String> ASKED =
      Set.of(
          "CanStart",
          "CanReload",
          "RefuseManualStop",
          "InactiveExitTimestampMonotonic",
          "ActiveEnterTimestampMonotonic",
          "ActiveExitTimestampMonotonic",
          "ExecMainExitTimestampMonotonic",
          "ExecMainCode",
          "ExecMainStatus");

  /** As systemd-run calls what it was given no name for, by its version. */
  private static final Pattern NAMELESS =
      Pattern.compile("run-(?:r[0-9a-f]+|u[0-9]+|p[0-9]+-i[0-9]+)\\.service");

  /** CLD_KILLED and CLD_DUMPED of waitid(2). */
  private static final Set<String> BY_A_SIGNAL = Set.of("2", "3");

  private static final String TERM = "15";

  /** How a stop can end badly. A watchdog or the lack of memory stops too, and is no wish. */
  private static final Set<String> BY_STOPPING =
      Set.of("exit-code", "signal", "core-dump", "timeout");

  /**
   * Looks at it. Changes nothing.
   *
   * @param called the service, by any of its names
   * @param although what is wrong with it, if it is to be restarted although it is up
   * @throws RefusedException if it must not be restarted, or that would not help
   */
  static Restartable of(
      HostContext host,
      Systemd systemd,
      RestartKeys keys,
      String called,
      Optional<String> although) {
    Checks.require(
        called.endsWith(".service"), called + " is no service: only those are restarted");
    Checks.require(
        !called.endsWith("@.service"), called + " is a template: expected one of its instances");
    Checks.refuseIf(host.protection().unit(called, systemd));
    Optional<UnitState> found = systemd.unit(called);
    Checks.require(found.isPresent(), called + ": systemd knows no such unit");
    UnitState unit = found.orElseThrow();
    String name = unit.name(); // it may have been called by an alias
    Checks.refuseIf(notLoaded(unit));
    Map<String, String> can = systemd.properties(name, ASKED);
    Checks.require(
        !"no".equals(can.get("CanStart")),
        name + " declares that nobody starts it by hand (RefuseManualStart)");
    Checks.require(
        !"yes".equals(can.get("RefuseManualStop")),
        name + " declares that nobody stops it by hand (RefuseManualStop), as a restart would");
    Set<String> triggers = systemd.related(name, Set.of("TriggeredBy"));
    Checks.refuseIf(oneOfMany(systemd, name, triggers));
    Optional<String> sick = although.isPresent() ? although : sick(host, keys, unit);
    Checks.refuseIf(
        sick.isPresent() && unit.active()
            ? runAgain(unit, keys)
            : notRestartable(unit, keys)
                .or(() -> stopped(unit, can))
                .or(() -> stoppedInItsStart(unit, can)));
    if (although.isEmpty() && sick.isPresent()) {
      Checks.refuseIf(justStarted(host, keys, unit));
    }
    boolean reload = although.isEmpty() && sick.isPresent() && "yes".equals(can.get("CanReload"));
    return new Restartable(unit, sick, reload, triggers);
  }

  private static Optional<String> notLoaded(UnitState unit) {
    String name = unit.name();
    if (unit.loadState().equals("masked")) {
      return Optional.of(
          name
              + " is masked: a person forbade its start; 'systemctl unmask "
              + name
              + "' allows it");
    }
    return unit.loadState().equals("loaded")
        ? Optional.empty()
        : Optional.of(
            name
                + " is "
                + unit.loadState()
                + ": expected a loaded unit; 'systemctl status "
                + name
                + "' says what is wrong with its file");
  }

  /**
   * A unit for one connection cannot be started without that connection. Once unit files were read
   * again nothing but its name tells whose connection that was.
   */
  private static Optional<String> oneOfMany(Systemd systemd, String name, Set<String> triggers) {
    Set<String> sockets = new TreeSet<>(triggers);
    sockets.removeIf(trigger -> !trigger.endsWith(".socket"));
    if (name.contains("@")) {
      sockets.add(name.substring(0, name.indexOf('@')) + ".socket");
    }
    for (String trigger : sockets) {
      if ("yes".equals(systemd.properties(trigger, Set.of("Accept")).get("Accept"))) {
        return Optional.of(
            name + " served one connection of " + trigger + ": the next one gets a new service");
      }
    }
    return Optional.empty();
  }

  private static Optional<String> sick(HostContext host, RestartKeys keys, UnitState unit) {
    if (!unit.activeState().equals("active")) {
      return Optional.empty();
    }
    try {
      return keys.complaint(host, unit.name()).map(complaint -> "not healthy (" + complaint + ")");
    } catch (HostException e) {
      throw new RefusedException(
          unit.name() + " is active, and whether it is healthy is not known: " + e.getMessage());
    }
  }

  /** Who is up for less than it may take to be healthy is perhaps about to be. */
  private static Optional<String> justStarted(HostContext host, RestartKeys keys, UnitState unit) {
    return unit.changedAt()
        .map(at -> Duration.between(at, host.time().now()))
        .filter(age -> !age.isNegative() && age.compareTo(keys.healthyWithin()) < 0)
        .map(
            age ->
                unit.name()
                    + " is up for "
                    + age.toSeconds()
                    + " s and may still become healthy: it has "
                    + keys.healthyWithin().toSeconds()
                    + " s (healthy-within)");
  }

  private static Optional<String> notRestartable(UnitState unit, RestartKeys keys) {
    String name = unit.name();
    if (unit.activeState().equals("active")) {
      return Optional.of(name + " is active: it does not need a restart");
    }
    if (unit.activeState().equals("inactive")) {
      return Optional.of(
          name
              + " is inactive: it was stopped and has not failed; who wants it up starts it"
              + " ('systemctl start "
              + name
              + "')");
    }
    if (unit.atWork()) {
      return Optional.of(
          name
              + " is "
              + unit.activeState()
              + ": nothing is done to what is on its way; 'systemctl stop "
              + name
              + "' ends a start that does not end");
    }
    if (unit.result().equals("start-limit-hit")) {
      return Optional.of(
          name
              + ": systemd itself gave up on it (start-limit-hit); see 'journalctl -u "
              + name
              + "', then 'systemctl reset-failed "
              + name
              + "'. That is never done automatically");
    }
    return runAgain(unit, keys);
  }

  private static Optional<String> runAgain(UnitState unit, RestartKeys keys) {
    return once(unit)
        .filter(what -> !keys.oneshot())
        .map(
            what ->
                unit.name()
                    + " is "
                    + what
                    + ": running it again may repeat its effects (oneshot: on allows it)");
  }

  /** What was to be done once, if it is that: to run it again may repeat its effects. */
  static Optional<String> once(UnitState unit) {
    if (unit.type().equals("oneshot")) {
      return Optional.of("a oneshot");
    }
    return NAMELESS.matcher(unit.name()).matches()
        ? Optional.of("a command that somebody ran (systemd-run)")
        : Optional.empty();
  }

  /**
   * What was stopped and did not end well is "failed" too, and it is still somebody's wish that it
   * is down. Who fails by itself ends first and is then no longer active; who is stopped is first
   * no longer active, and its process ends after that.
   */
  private static Optional<String> stopped(UnitState unit, Map<String, String> times) {
    long started = micros(times, "InactiveExitTimestampMonotonic");
    long left = micros(times, "ActiveExitTimestampMonotonic");
    long ended = micros(times, "ExecMainExitTimestampMonotonic");
    return BY_STOPPING.contains(unit.result()) && left > started && ended > left
        ? Optional.of(
            unit.name()
                + " was told to stop"
                + (unit.result().equals("timeout") ? ", or was up for its RuntimeMaxSec=," : "")
                + " and did not end well ("
                + unit.result()
                + "): who wants it up starts it ('systemctl start "
                + unit.name()
                + "')")
        : Optional.empty();
  }

  /**
   * The same of what never came up: a stop ends the commands before and after its main process by a
   * signal. A main process that another signal ended did so by itself.
   */
  private static Optional<String> stoppedInItsStart(UnitState unit, Map<String, String> told) {
    long started = micros(told, "InactiveExitTimestampMonotonic");
    boolean everUp = micros(told, "ActiveEnterTimestampMonotonic") >= started;
    boolean ended = micros(told, "ExecMainExitTimestampMonotonic") >= started;
    boolean byItself =
        ended
            && BY_A_SIGNAL.contains(told.getOrDefault("ExecMainCode", ""))
            && !TERM.equals(told.getOrDefault("ExecMainStatus", ""));
    return started > 0 && !everUp && unit.result().equals("signal") && !byItself
        ? Optional.of(
            unit.name()
                + " was ended by a signal while it was being started, as 'systemctl stop' does: who"
                + " wants it up starts it ('systemctl start "
                + unit.name()
                + "')")
        : Optional.empty();
  }

  static long micros(Map<String, String> times, String name) {
    String micros = times.getOrDefault(name, "");
    return micros.matches("[0-9]{1,18}") ? Long.parseLong(micros) : 0;
  }
}
