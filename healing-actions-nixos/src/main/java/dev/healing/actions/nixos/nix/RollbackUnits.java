package dev.healing.actions.nixos.nix;

import dev.healing.api.Configuration;
import dev.healing.api.HostException;
import dev.healing.api.UnitState;
import dev.healing.spi.CommandRunner;
import dev.healing.spi.CommandRunner.Command;
import dev.healing.spi.HostContext;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The two units of a rollback. One switches, and watches whether the host is better for it; the
 * other, started by a dead-man's timer, undoes that. A switch may stop, restart or kill us, and
 * what runs in our cgroup ends with us: both outlive that, and neither needs us.
 *
 * <p>What they do is in {@link RollbackScripts}. The names are always the same, so that systemd
 * itself refuses a second one beside it. A switch that isolates a target stops neither.
 */
final class RollbackUnits {
  static final String NAME = "healing-rollback.service";
  static final String UNDO = "healing-rollback-undo";
  static final String TIMER = UNDO + ".timer";

  private static final String STAYS = "IgnoreOnIsolate=yes";
  private static final Duration QUICK = Duration.ofSeconds(30);

  /** What a script that is out of time has to put the profile right. */
  private static final Duration TO_STOP = Duration.ofSeconds(10);

  /** After the switch was to be over, however it went. */
  private static final Duration GRACE = TO_STOP.plusSeconds(5);

  private static final Duration UNDO_LIMIT = Duration.ofMinutes(8);
  private static final Duration LONGEST = Duration.ofMinutes(8);

  private final HostContext host;
  private final RollbackScripts scripts;
  private final Duration limit;
  private final Duration betterFor;
  private final Duration betterWithin;

  /** With the keys {@code time-limit}, {@code better-for} and {@code better-within}. */
  RollbackUnits(HostContext host) {
    this.host = host;
    scripts = new RollbackScripts(host);
    Configuration keys = host.configuration();
    limit = keys.duration("time-limit", LONGEST);
    betterFor = keys.duration("better-for", Duration.ofSeconds(30));
    betterWithin = keys.duration("better-within", Duration.ofMinutes(2));
    if (limit.compareTo(LONGEST) > 0) {
      keys.contradiction("time-limit", "at most 8m");
    }
    if (betterWithin.compareTo(limit) >= 0) {
      keys.contradiction("better-within", "less than time-limit, " + limit.toSeconds() + "s");
    }
    if (betterFor.compareTo(betterWithin) >= 0) {
      keys.contradiction(
          "better-for", "less than better-within, " + betterWithin.toSeconds() + "s");
    }
  }

  /** Why there can be no such units here. */
  Optional<String> unavailable() {
    if (!host.systemd().availability().available()) {
      return Optional.of(
          "not applicable here: a rollback needs systemd, which undoes it if need be: "
              + host.systemd().availability().how());
    }
    return Stream.concat(Stream.of("systemd-run"), RollbackScripts.PROGRAMS.stream())
        .filter(program -> host.commands().which(program).isEmpty())
        .findFirst()
        .map(missing -> "not applicable here: no " + missing + " in PATH");
  }

  /** How long the host is watched to be better without a break. */
  Duration betterFor() {
    return betterFor;
  }

  /** How long it takes at most until it is known what came of a rollback. */
  Duration longest() {
    return limit.plus(GRACE).plus(UNDO_LIMIT).plus(TO_STOP);
  }

  /** That a rollback is at work, or may yet be undone, or that nobody can say; empty if not. */
  static Optional<String> underWay(HostContext host) {
    if (!host.systemd().availability().available()) {
      return Optional.empty();
    }
    try {
      for (String name : List.of(NAME, UNDO + ".service", TIMER)) {
        Optional<UnitState> unit = host.systemd().unit(name).filter(UnitState::atWork);
        if (unit.isPresent()) {
          return Optional.of(
              "a rollback is under way: " + name + " is " + unit.get().activeState());
        }
      }
      return Optional.empty();
    } catch (HostException e) {
      return Optional.of("whether a rollback is under way is not known: " + e.getMessage());
    }
  }

  /** Whether the timer runs down and neither unit is there; not if nobody can say. */
  boolean onlyArmed() {
    try {
      return host.systemd().unit(NAME).isEmpty()
          && host.systemd().unit(UNDO + ".service").filter(UnitState::atWork).isEmpty();
    } catch (HostException e) {
      return false;
    }
  }

  /** That an undo did not work, and so the next one could not be armed. */
  Optional<String> undoFailed() {
    return host.systemd()
        .unit(UNDO + ".service")
        .filter(UnitState::failed)
        .map(
            unit ->
                unit.name()
                    + " failed: see journalctl -u "
                    + UNDO
                    + ", mend it, and type systemctl reset-failed "
                    + UNDO);
  }

  /**
   * Arms the dead-man's timer. Nothing needs to be taken back where this fails: an undo of what was
   * not done does nothing.
   *
   * @throws HostException if it is not certain that the timer runs
   */
  void arm(Rollback rollback) {
    scripts.write();
    CommandRunner.Result armed =
        host.commands()
            .run(
                Command.of(
                        QUICK,
                        "systemd-run",
                        "--quiet",
                        "--no-ask-password",
                        "--on-active=" + limit.plus(GRACE).toSeconds() + "s",
                        "--timer-property=AccuracySec=1s",
                        "--timer-property=" + STAYS,
                        "--service-type=exec",
                        "--unit=" + UNDO,
                        "--description=healing undoes the rollback to generation " + rollback.to(),
                        "--property=" + STAYS,
                        "--property=RuntimeMaxSec=" + UNDO_LIMIT.toSeconds(),
                        "--property=TimeoutStopSec=" + TO_STOP.toSeconds())
                    .operands(scripts.undo(rollback)));
    if (!armed.ok() || !armed()) {
      throw new HostException(
          "nothing was switched, since it could not be armed that would undo it: "
              + armed.complaint());
    }
  }

  /**
   * Undoes it now, where what was armed to do so is gone: its timer may have been stopped.
   *
   * @throws HostException if that could not be begun
   */
  void undo(Rollback rollback) {
    arm(rollback);
    CommandRunner.Result begun =
        host.commands()
            .run(
                Command.of(
                    QUICK,
                    "systemctl",
                    "--no-ask-password",
                    "start",
                    "--no-block",
                    UNDO + ".service"));
    if (!begun.ok()) {
      throw new HostException("the undo could not be begun: " + begun.complaint());
    }
  }

  /** Whether the timer is running down. */
  private boolean armed() {
    return host.systemd().unit(TIMER).filter(UnitState::active).isPresent();
  }

  /** Stops the timer. If that does not work, it finds nothing to undo, or undoes what is there. */
  void disarm() {
    host.commands().run(Command.of(QUICK, "systemctl", "--no-ask-password", "stop", TIMER));
  }

  /**
   * Switches, and waits until the host is better or it is given up. What it prints is in the
   * journal, since a pipe would break with us.
   *
   * @return what there was to complain about
   */
  Optional<String> run(Rollback rollback) {
    CommandRunner.Result result =
        host.commands()
            .run(
                Command.of(
                        limit.plus(GRACE),
                        "systemd-run",
                        "--wait",
                        "--collect",
                        "--quiet",
                        "--no-ask-password",
                        "--service-type=exec",
                        "--unit=" + NAME,
                        "--description=healing rolls back to generation " + rollback.to(),
                        "--property=" + STAYS,
                        "--property=RuntimeMaxSec=" + limit.toSeconds(),
                        "--property=TimeoutStopSec=" + TO_STOP.toSeconds())
                    .operands(scripts.work(rollback, betterFor, betterWithin)));
    return result.ok()
        ? Optional.empty()
        : Optional.of(result.complaint() + ", see journalctl -u " + NAME);
  }
}
