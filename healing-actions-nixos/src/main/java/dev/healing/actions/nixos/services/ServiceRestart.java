package dev.healing.actions.nixos.services;

import dev.healing.actions.nixos.Checks;
import dev.healing.api.ActionReport;
import dev.healing.api.HostException;
import dev.healing.api.RefusedException;
import dev.healing.api.UnitState;
import dev.healing.spi.Execution;
import dev.healing.spi.HostContext;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * One restart under way: a reload where that may be enough, its {@link RestartJob}, and whether it
 * stays up. What systemd does not say before the time is over is not claimed.
 */
public final class ServiceRestart {
  private static final Duration WAIT = Duration.ofMillis(250);

  private final HostContext host;
  private final RestartKeys keys;
  private final RestartPlan plan;
  private final String name;
  private final Execution execution;
  private final PatientSystemd systemd;
  private final RestartReport report;

  /** Begins to count its time. */
  public ServiceRestart(HostContext host, RestartKeys keys, RestartPlan plan, Execution execution) {
    this.host = host;
    this.keys = keys;
    this.plan = plan;
    this.name = plan.name();
    this.execution = execution;
    this.systemd = new PatientSystemd(host.systemd());
    this.report = new RestartReport(host, plan, systemd);
  }

  /** Does it, and says what came of it. */
  public ActionReport run() {
    awaitWhatFalls();
    if (plan.reload()) {
      Optional<ActionReport> done = reload();
      if (done.isPresent()) {
        return done.orElseThrow();
      }
    }
    if (plan.although().isPresent() && !asPlanned()) {
      return plan.reload()
          ? report.unfinished("was reloaded, is no longer what it was, and was not restarted")
          : ActionReport.refused(
              name + " is no longer what it was: " + systemd.silence().orElse("look again"));
    }
    RestartJob job;
    try {
      job = new RestartJob(host, keys, plan, systemd, execution);
    } catch (RefusedException e) {
      if (!plan.reload()) {
        throw e;
      }
      return report.unfinished("was reloaded, and not restarted: " + e.getMessage());
    }
    execution.progress("waits until it is up");
    Optional<UnitState> over = job.ended();
    if (over.isEmpty()) {
      return job.stopping()
          .filter(words -> systemd.silence().isEmpty())
          .map(report::underWay)
          .orElseGet(
              () ->
                  report.unfinished(
                      job.stoppedEarly()
                          ? "its restart was under way, and was not watched to the end"
                          : "its restart did not end within "
                              + keys.startsWithin().toSeconds()
                              + " s"));
    }
    UnitState ended = over.orElseThrow();
    boolean startedAgain = job.startedAgain(ended);
    if (!startedAgain && job.unconfirmed().isPresent()) {
      return report.failed(name + " was not restarted: " + job.unconfirmed().orElseThrow());
    }
    if (!startedAgain && !ended.active()) {
      return report.failed(report.notStarted(ended));
    }
    if (ended.active()) {
      return stays(ended);
    }
    return startedAgain && ranToItsEnd(ended)
        ? report.done("has run to its end", ended)
        : report.failed(name + " is " + RestartReport.shown(ended) + " after its restart");
  }

  /** systemd would refuse; and who has decided something meanwhile had a reason. */
  private void awaitWhatFalls() {
    Optional<String> still = plan.takenDown().fall(host, systemd, keys.stopsWithin(), execution);
    Checks.refuseIf(
        still.map(
            unit ->
                name
                    + " is not restarted while what went down with it is still being stopped: "
                    + unit));
    if (!plan.takenDown().falling().isEmpty()) {
      RestartPlan.of(host, keys, name).requireSame(host, plan.facts(host));
    }
  }

  /** A probe or a reload took a while: whoever stopped or restarted it meanwhile had a reason. */
  private boolean asPlanned() {
    return systemd
        .look(name)
        .filter(unit -> unit.failed() || unit.active() && sameStart(unit, plan.unit()))
        .isPresent();
  }

  /** Present if that was enough, or if it was stopped meanwhile. */
  private Optional<ActionReport> reload() {
    long end = host.time().monotonicNanos() + RestartKeys.RELOADED_WITHIN.toNanos();
    try {
      host.systemd().reload(name);
    } catch (HostException e) {
      execution.progress("not reloaded: " + e.getMessage());
      return Optional.empty();
    }
    execution.progress("waits until it is healthy after its reload");
    while (sick().isPresent()) {
      if (!execution.pause(WAIT)) {
        return Optional.of(report.unfinished("was reloaded, and not healthy so far"));
      }
      if (host.time().monotonicNanos() >= end) {
        return Optional.empty();
      }
    }
    return systemd
        .look(name)
        .map(unit -> report.done("is healthy again after a reload", unit))
        .or(() -> Optional.of(report.unfinished("was reloaded, and its probe finds it healthy")));
  }

  /** Watches it: up is who stays up, as the same start, and is healthy in the end. */
  private ActionReport stays(UnitState up) {
    execution.progress("watches whether it stays up");
    long since = host.time().monotonicNanos();
    report.isUp();
    startTakenDown();
    boolean once = up.type().equals("oneshot");
    long settled = since + (once ? 0 : keys.staysUp().toNanos());
    long patience = Math.max(settled, since + keys.healthyWithin().toNanos());
    while (true) {
      Optional<UnitState> now = systemd.look(name);
      long nowNanos = host.time().monotonicNanos();
      if (now.filter(u -> u.active() && sameStart(u, up)).isEmpty()
          && systemd.silence().isEmpty()) {
        return gone(now, up, nowNanos - since);
      }
      if (systemd.silence().isEmpty() && nowNanos >= settled) {
        Optional<String> sick = sick().map(w -> name + " is active but not healthy: " + w);
        Optional<String> why = sick.or(this::leftBehind);
        if (why.isEmpty() && systemd.silence().isEmpty()) {
          return once ? report.done("has run to its end", up) : report.done("is active again", up);
        }
        if (nowNanos >= patience && systemd.silence().isEmpty()) {
          String reason = why.orElse(name + " is not what it should be");
          return sick.isEmpty() && anyOnItsWay() ? report.underWay(reason) : report.failed(reason);
        }
      }
      if (!execution.pause(WAIT)) {
        return report.unfinished("came up, and was not watched to the end");
      }
    }
  }

  /** What waits for what is systemd's to know; who is up by now was started for another. */
  private void startTakenDown() {
    for (String other : plan.takenDown().starts()) {
      try {
        if (systemd.look(other).filter(UnitState::atWork).isEmpty()) {
          host.systemd().restart(other);
        }
      } catch (HostException | RefusedException e) {
        execution.progress(other + " is not started again: " + e.getMessage());
      }
    }
  }

  private static boolean sameStart(UnitState unit, UnitState up) {
    return unit.invocationId().equals(up.invocationId());
  }

  private ActionReport gone(Optional<UnitState> now, UnitState up, long afterNanos) {
    if (now.filter(u -> ranToItsEnd(u) && sameStart(u, up)).isPresent()) {
      return report.done("has run to its end", up);
    }
    return report.failed(
        String.format(
            Locale.ROOT,
            "%s came up and did not stay: within %.1f s it was %s",
            name,
            afterNanos / 1e9,
            now.map(
                    u ->
                        u.active() && !sameStart(u, up)
                            ? "started once more"
                            : RestartReport.shown(u))
                .orElse("gone")));
  }

  /** Not everything is meant to stay: a oneshot, and what a timer or path runs now and then. */
  private boolean ranToItsEnd(UnitState unit) {
    boolean meantTo =
        unit.type().equals("oneshot")
            || plan.triggers().stream().anyMatch(t -> t.endsWith(".timer") || t.endsWith(".path"));
    return meantTo && unit.activeState().equals("inactive") && unit.result().equals("success");
  }

  /** What is wrong with it; also that nobody knows, since it is not called well by that. */
  private Optional<String> sick() {
    try {
      return keys.complaint(host, name);
    } catch (HostException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  /** Which of those that were up, or went down with it, is not up again. */
  private Optional<String> leftBehind() {
    return leftBehind(plan.restarted(), "was restarted with it")
        .or(() -> leftBehind(plan.takenDown().starts(), "went down with it"));
  }

  private boolean anyOnItsWay() {
    return Stream.concat(plan.restarted().stream(), plan.takenDown().starts().stream())
        .anyMatch(other -> systemd.look(other).filter(UnitState::onItsWay).isPresent());
  }

  private Optional<String> leftBehind(Set<String> others, String why) {
    for (String other : others) {
      Optional<UnitState> now = systemd.look(other);
      if (now.filter(UnitState::active).isEmpty()) {
        return Optional.of(
            String.format(
                "%s is active again, but %s, which %s, is %s",
                name, other, why, now.map(RestartReport::shown).orElse("gone")));
      }
    }
    return Optional.empty();
  }
}
