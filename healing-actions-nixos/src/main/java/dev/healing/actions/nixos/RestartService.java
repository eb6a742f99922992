package dev.healing.actions.nixos;

import dev.healing.api.ActionDescription;
import dev.healing.api.ActionId;
import dev.healing.api.ActionReport;
import dev.healing.api.ActionReport.Result;
import dev.healing.api.Configuration;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Preview;
import dev.healing.api.Privilege;
import dev.healing.api.Risk;
import dev.healing.api.UnitState;
import dev.healing.spi.ActionProvider;
import dev.healing.spi.Execution;
import dev.healing.spi.HealingAction;
import dev.healing.spi.HostContext;
import dev.healing.spi.PreparedAction;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Restarts the failed service, and is done when it is active and, where a probe is configured,
 * healthy. Keys: {@code oneshot} (default off: a oneshot is not run again, since its work may not
 * bear repeating), {@code probes} (unit to {@link Probe}).
 */
public final class RestartService implements HealingAction {
  private static final Duration BETWEEN_PROBES = Duration.ofMillis(250);
  private static final Duration PROBE_PATIENCE = Duration.ofSeconds(10);
  private static final ActionDescription DESCRIPTION =
      new ActionDescription(
          ActionId.RESTART_SERVICE,
          "restarts the failed service",
          Set.of(IssueType.SERVICE_FAILED),
          Risk.MEDIUM,
          Set.of(Privilege.MANAGE_UNITS),
          true,
          "systemctl stop: it was down before",
          Duration.ofSeconds(1),
          Duration.ofSeconds(90));

  private final HostContext host;
  private final Restart restart;
  private final boolean oneshot;
  private final Map<String, Probe> probes;

  private RestartService(HostContext host, boolean oneshot, Map<String, Probe> probes) {
    this.host = host;
    this.restart = new Restart(host);
    this.oneshot = oneshot;
    this.probes = Map.copyOf(probes);
  }

  /** Makes it. */
  public static final class Provider implements ActionProvider {
    @Override
    public String name() {
      return DESCRIPTION.id().name();
    }

    @Override
    public HealingAction create(HostContext context) {
      Configuration section = context.configuration();
      boolean oneshot = section.flag("oneshot", false);
      Map<String, Probe> probes = new HashMap<>();
      Configuration configured = section.section("probes");
      for (String unit : configured.keys()) {
        Probe.read(configured, unit)
            .ifPresent(probe -> probes.put(UnitState.fullName(unit), probe));
      }
      return new RestartService(context, oneshot, probes);
    }
  }

  @Override
  public ActionDescription description() {
    return DESCRIPTION;
  }

  @Override
  public Optional<String> unavailable() {
    var systemd = host.systemd().availability();
    return systemd.available()
        ? Optional.empty()
        : Optional.of("not applicable here: " + systemd.how());
  }

  @Override
  public PreparedAction prepare(Issue issue, HostState state) {
    Checks.treats(DESCRIPTION, issue);
    String called = issue.components().first();
    Checks.require(
        called.endsWith(".service"), called + " is no service: only those are restarted");
    Checks.refuseIf(host.protection().unit(called, host.systemd()));
    UnitState unit = restart.find(called);
    String name = unit.name(); // it may have been called by an alias
    Checks.refuseIf(notRestartable(unit));
    String health = probes.containsKey(name) ? " and healthy (" + probes.get(name) + ")" : "";
    Preview preview =
        Preview.of(
            name,
            "unit:" + name,
            Duration.ofSeconds(1),
            restart.facts(unit),
            "restart " + name + ", which is " + unit.activeState() + " (" + unit.result() + ")",
            restart.alongside(name),
            "wait until it is active" + health);
    return new Prepared(preview, execution -> execute(preview, execution));
  }

  private Optional<String> notRestartable(UnitState unit) {
    String name = unit.name();
    if (!unit.loadState().equals("loaded")) {
      return Optional.of(name + " is " + unit.loadState() + ": expected a loaded unit");
    }
    if (!unit.failed() && !unit.activeState().equals("inactive")) {
      return Optional.of(name + " is " + unit.activeState() + ": it does not need a restart");
    }
    if (unit.result().equals("start-limit-hit")) {
      return Optional.of(
          name
              + ": systemd itself gave up on it (start-limit-hit); see its log, then"
              + " 'systemctl reset-failed'. That is never done automatically");
    }
    if (unit.type().equals("oneshot") && !oneshot) {
      return Optional.of(
          name + " is a oneshot: running it again may repeat its effects (oneshot: on allows it)");
    }
    return Optional.empty();
  }

  private ActionReport execute(Preview preview, Execution execution) {
    String name = preview.target();
    UnitState unit = restart.find(name);
    Optional<String> not = notRestartable(unit);
    if (not.isPresent()) {
      return ActionReport.refused(not.get());
    }
    if (!restart.facts(unit).equals(preview.facts())) {
      return ActionReport.refused(name + " was started again since the preview");
    }
    long start = host.time().monotonicNanos();
    long job = host.systemd().restart(name);
    Optional<UnitState> settled = restart.settle(name, job, execution);
    if (settled.isEmpty()) {
      return ActionReport.failed(name + ": its restart did not end in time");
    }
    UnitState after = settled.get();
    if (!after.active()) {
      return ActionReport.failed(
          name + " is " + after.activeState() + " after its restart: " + after.result());
    }
    Optional<String> sick = probe(name, execution);
    if (sick.isPresent()) {
      return ActionReport.failed(name + " is active but not healthy: " + sick.get());
    }
    double seconds = (host.time().monotonicNanos() - start) / 1e9;
    return ActionReport.of(
        Result.DONE,
        String.format(java.util.Locale.ROOT, "%s is active again after %.3f s", name, seconds),
        Map.of("active", 0.0),
        Map.of("active", 1.0, "restart.seconds", seconds));
  }

  private Optional<String> probe(String name, Execution execution) {
    Probe probe = probes.get(name);
    if (probe == null) {
      return Optional.empty();
    }
    long until = host.time().monotonicNanos() + PROBE_PATIENCE.toNanos();
    Optional<String> sick = probe.complaint(host);
    while (sick.isPresent()
        && host.time().monotonicNanos() < until
        && execution.pause(BETWEEN_PROBES)) {
      sick = probe.complaint(host);
    }
    return sick;
  }
}
