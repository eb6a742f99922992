package dev.healing.actions.nixos.services;

import dev.healing.api.ActionReport;
import dev.healing.api.ActionReport.Result;
import dev.healing.api.HostException;
import dev.healing.api.RefusedException;
import dev.healing.api.UnitState;
import dev.healing.spi.Execution;
import dev.healing.spi.HostContext;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * One restart under way. Jobs are asked about, never waited for: while systemd does not answer, it
 * is asked again until the time is over, and then nothing is claimed.
 */
public final class ServiceRestart {
  private static final Duration FIRST_WAIT = Duration.ofMillis(10);
  private static final Duration LONGEST_WAIT = Duration.ofMillis(250);

  /** How long a restart that systemd did not confirm may show no effect once it answers again. */
  private static final Duration UNCONFIRMED = Duration.ofSeconds(3);

  private final HostContext host;
  private final RestartKeys keys;
  private final RestartPlan plan;
  private final String name;
  private final Execution execution;
  private final long startNanos;
  private OptionalLong upNanos = OptionalLong.empty();
  private Optional<String> silence = Optional.empty();

  /** Begins to count its time. */
  public ServiceRestart(HostContext host, RestartKeys keys, RestartPlan plan, Execution execution) {
    this.host = host;
    this.keys = keys;
    this.plan = plan;
    this.name = plan.name();
    this.execution = execution;
    this.startNanos = host.time().monotonicNanos();
  }

  /** Does it, and says what came of it. */
  public ActionReport run() {
    if (plan.reload()) {
      Optional<ActionReport> done = reload();
      if (done.isPresent()) {
        return done.orElseThrow();
      }
    }
    if (plan.although().isPresent() && !asPlanned()) {
      return plan.reload()
          ? unfinished("was reloaded, is no longer what it was, and was not restarted")
          : ActionReport.refused(
              name + " is no longer what it was: " + silence.orElse("look again"));
    }
    long askedNanos = host.time().monotonicNanos(); // a reload has had its own time
    OptionalLong job = OptionalLong.empty();
    Optional<String> unconfirmed = Optional.empty();
    try {
      job = OptionalLong.of(host.systemd().restart(name));
    } catch (HostException e) {
      unconfirmed = Optional.of(String.valueOf(e.getMessage())); // it may have been heard
    } catch (RefusedException e) {
      if (!plan.reload()) {
        throw e;
      }
      return unfinished("was reloaded, and not restarted: " + e.getMessage());
    }
    execution.progress("waits until it is up");
    UnitState ended = ended(job, askedNanos);
    if (ended == null) {
      return unfinished("its restart did not end within " + keys.startsWithin().toSeconds() + " s");
    }
    boolean startedAgain = !ended.invocationId().equals(plan.unit().invocationId());
    if (!startedAgain && unconfirmed.isPresent()) {
      return failed(name + " was not restarted: " + unconfirmed.orElseThrow());
    }
    if (!startedAgain && !ended.active()) {
      return failed(notStarted(ended));
    }
    if (ended.active()) {
      return stays(ended);
    }
    return startedAgain && ranToItsEnd(ended)
        ? done("has run to its end", ended)
        : failed(name + " is " + shown(ended) + " after its restart");
  }

  /** A start limit that was hit does not always show in the unit's result. */
  private String notStarted(UnitState ended) {
    Optional<String> kept;
    try {
      kept = StartConditions.kept(host, name);
    } catch (HostException e) {
      kept = Optional.of("why is not known: " + e.getMessage());
    }
    if (kept.isEmpty() && ended.failed()) {
      return name
          + " was not started: systemd gave up on it, as after too many starts; see 'journalctl -u "
          + name
          + "', then 'systemctl reset-failed "
          + name
          + "'. That is never done automatically";
    }
    return name
        + " is "
        + shown(ended)
        + " after its restart"
        + kept.map(why -> ": it was not started, since " + why).orElse("");
  }

  /** A probe or a reload took a while: whoever stopped or restarted it meanwhile had a reason. */
  private boolean asPlanned() {
    return look(name)
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
      if (!execution.pause(LONGEST_WAIT)) {
        return Optional.of(unfinished("was reloaded, and not healthy so far"));
      }
      if (host.time().monotonicNanos() >= end) {
        return Optional.empty();
      }
    }
    return look(name)
        .map(unit -> done("is healthy again after a reload", unit))
        .or(() -> Optional.of(unfinished("was reloaded, and its probe finds it healthy")));
  }

  /**
   * The unit when its job has ended and it is neither coming nor going; null if that takes long.
   */
  private @Nullable UnitState ended(OptionalLong job, long askedNanos) {
    long end = askedNanos + keys.startsWithin().toNanos();
    long silentUntil = host.time().monotonicNanos();
    Duration wait = FIRST_WAIT;
    while (true) {
      Optional<UnitState> unit = over(job) ? look(name) : Optional.empty();
      if (silence.isPresent()) {
        silentUntil = host.time().monotonicNanos();
      }
      if (unit.filter(u -> !u.onItsWay()).isPresent()) {
        UnitState now = unit.orElseThrow();
        boolean changed = !now.invocationId().equals(plan.unit().invocationId());
        long patience = host.time().monotonicNanos() - silentUntil - UNCONFIRMED.toNanos();
        if (job.isPresent() || changed || patience >= 0) {
          return now;
        }
      }
      if (host.time().monotonicNanos() >= end || !execution.pause(wait)) {
        return null;
      }
      wait = wait.multipliedBy(2).compareTo(LONGEST_WAIT) < 0 ? wait.multipliedBy(2) : LONGEST_WAIT;
    }
  }

  /** Whether the job is known to be over; what was never confirmed has none to wait for. */
  private boolean over(OptionalLong job) {
    try {
      boolean over = job.isEmpty() || !host.systemd().jobRunning(job.getAsLong());
      silence = Optional.empty();
      return over;
    } catch (HostException e) {
      silence = Optional.of(String.valueOf(e.getMessage()));
      return false;
    }
  }

  /** The unit; absent while systemd does not answer. */
  private Optional<UnitState> look(String unit) {
    try {
      Optional<UnitState> found = host.systemd().unit(unit);
      silence = Optional.empty();
      return found;
    } catch (HostException e) {
      silence = Optional.of(String.valueOf(e.getMessage()));
      return Optional.empty();
    }
  }

  /** Watches it: up is who stays up, as the same start, and is healthy in the end. */
  private ActionReport stays(UnitState up) {
    execution.progress("watches whether it stays up");
    long since = host.time().monotonicNanos();
    upNanos = OptionalLong.of(since);
    boolean once = up.type().equals("oneshot");
    long settled = since + (once ? 0 : keys.staysUp().toNanos());
    long patience = Math.max(settled, since + keys.healthyWithin().toNanos());
    while (true) {
      Optional<UnitState> now = look(name);
      long nowNanos = host.time().monotonicNanos();
      if (now.filter(u -> u.active() && sameStart(u, up)).isEmpty() && silence.isEmpty()) {
        return gone(now, up, nowNanos - since);
      }
      if (silence.isEmpty() && nowNanos >= settled) {
        Optional<String> why = sick().map(w -> name + " is active but not healthy: " + w);
        why = why.or(this::leftBehind);
        if (why.isEmpty() && silence.isEmpty()) {
          return once ? done("has run to its end", up) : done("is active again", up);
        }
        if (nowNanos >= patience && silence.isEmpty()) {
          return failed(why.orElse(name + " is not what it should be"));
        }
      }
      if (!execution.pause(LONGEST_WAIT)) {
        return unfinished("came up, and was not watched to the end");
      }
    }
  }

  private static boolean sameStart(UnitState unit, UnitState up) {
    return unit.invocationId().equals(up.invocationId());
  }

  private ActionReport gone(Optional<UnitState> now, UnitState up, long afterNanos) {
    if (now.filter(u -> ranToItsEnd(u) && sameStart(u, up)).isPresent()) {
      return done("has run to its end", up);
    }
    return failed(
        String.format(
            Locale.ROOT,
            "%s came up and did not stay: within %.1f s it was %s",
            name,
            afterNanos / 1e9,
            now.map(u -> sameStart(u, up) ? shown(u) : "started once more").orElse("gone")));
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

  /** Which of those that were up and were restarted with it is not up again. */
  private Optional<String> leftBehind() {
    for (String other : plan.restarted()) {
      Optional<UnitState> now = look(other);
      if (now.filter(UnitState::active).isEmpty()) {
        return Optional.of(
            String.format(
                "%s is active again, but %s, which was restarted with it, is %s",
                name, other, now.map(ServiceRestart::shown).orElse("gone")));
      }
    }
    return Optional.empty();
  }

  private static String shown(UnitState unit) {
    return unit.activeState() + " (" + unit.result() + ")";
  }

  private ActionReport done(String how, UnitState unit) {
    double seconds = seconds();
    return report(
        Result.DONE,
        String.format(
            Locale.ROOT,
            "%s %s after %.3f s%s",
            name,
            how,
            seconds,
            plan.restarted().isEmpty() ? "" : ", and " + String.join(", ", plan.restarted())),
        unit.active());
  }

  private ActionReport failed(String why) {
    return report(Result.FAILED, why, look(name).filter(UnitState::active).isPresent());
  }

  /** Time is over or it was told to stop: what is not known is not claimed. */
  private ActionReport unfinished(String what) {
    Optional<UnitState> now = look(name);
    if (silence.isPresent()) {
      return report(
          Result.NOTHING_GAINED,
          name + ": " + what + "; whether it is up is not known: " + silence.orElseThrow(),
          false);
    }
    return report(
        Result.FAILED,
        name
            + ": "
            + what
            + "; it is "
            + now.map(ServiceRestart::shown).orElse("gone")
            + ", see 'systemctl status "
            + name
            + "'",
        now.filter(UnitState::active).isPresent());
  }

  private ActionReport report(Result result, String detail, boolean active) {
    Map<String, Double> before = Map.of("active", plan.unit().active() ? 1.0 : 0.0);
    Map<String, Double> after = new HashMap<>();
    after.put("restart.seconds", seconds());
    after.put("others.count", (double) plan.others());
    if (silence.isEmpty()) {
      after.put("active", active ? 1.0 : 0.0);
    }
    return ActionReport.of(result, detail, before, after);
  }

  /** Until it was up, or until now if it never was. */
  private double seconds() {
    return (upNanos.orElseGet(host.time()::monotonicNanos) - startNanos) / 1e9;
  }
}
