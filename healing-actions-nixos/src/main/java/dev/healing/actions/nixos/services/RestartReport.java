package dev.healing.actions.nixos.services;

import dev.healing.api.ActionReport;
import dev.healing.api.ActionReport.Result;
import dev.healing.api.HostException;
import dev.healing.api.UnitState;
import dev.healing.spi.HostContext;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** What came of a restart, in words and numbers, and how long it took. */
final class RestartReport {
  private final HostContext host;
  private final RestartPlan plan;
  private final PatientSystemd systemd;
  private final String name;
  private final long startNanos;
  private OptionalLong upNanos = OptionalLong.empty();

  /** Begins to count. */
  RestartReport(HostContext host, RestartPlan plan, PatientSystemd systemd) {
    this.host = host;
    this.plan = plan;
    this.systemd = systemd;
    this.name = plan.name();
    this.startNanos = host.time().monotonicNanos();
  }

  /** Counts until now. */
  void isUp() {
    upNanos = OptionalLong.of(host.time().monotonicNanos());
  }

  /** Why it was not even tried; a start limit that was hit does not always show in its result. */
  String notStarted(UnitState ended) {
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

  static String shown(UnitState unit) {
    return unit.activeState() + " (" + unit.result() + ")";
  }

  ActionReport done(String how, UnitState unit) {
    double seconds = seconds();
    return report(
        Result.DONE,
        String.format(Locale.ROOT, "%s %s after %.3f s%s", name, how, seconds, others()),
        unit.active());
  }

  private String others() {
    List<String> up = new ArrayList<>(plan.restarted());
    up.addAll(plan.takenDown().starts());
    Set<String> stays = plan.takenDown().stays();
    return (up.isEmpty() ? "" : ", and " + String.join(", ", up))
        + (stays.isEmpty() ? "" : "; left down, although bound to it: " + String.join(", ", stays));
  }

  ActionReport failed(String why) {
    return report(Result.FAILED, why, systemd.look(name).filter(UnitState::active).isPresent());
  }

  /** Time is over or it was told to stop: what is not known is not claimed. */
  ActionReport unfinished(String what) {
    Optional<UnitState> now = systemd.look(name);
    if (systemd.silence().isPresent()) {
      return report(
          Result.NOTHING_GAINED,
          name
              + ": "
              + what
              + "; whether it is up is not known: "
              + systemd.silence().orElseThrow(),
          false);
    }
    return report(
        Result.FAILED,
        name
            + ": "
            + what
            + "; it is "
            + now.map(RestartReport::shown).orElse("gone")
            + ", see 'systemctl status "
            + name
            + "'",
        now.filter(UnitState::active).isPresent());
  }

  /** Nothing has failed, and what goes on may take longer than anybody waits for here. */
  ActionReport underWay(String what) {
    return report(Result.UNDER_WAY, what, systemd.look(name).filter(UnitState::active).isPresent());
  }

  private ActionReport report(Result result, String detail, boolean active) {
    Map<String, Double> before = Map.of("active", plan.unit().active() ? 1.0 : 0.0);
    Map<String, Double> after = new HashMap<>();
    after.put("restart.seconds", seconds());
    after.put("others.count", (double) plan.others());
    if (systemd.silence().isEmpty()) {
      after.put("active", active ? 1.0 : 0.0);
    }
    return ActionReport.of(result, detail, before, after);
  }

  /** Until it was up, or until now if it never was. */
  private double seconds() {
    return (upNanos.orElseGet(host.time()::monotonicNanos) - startNanos) / 1e9;
  }
}
