package dev.healing.actions.nixos.throttle;

import dev.healing.actions.nixos.Checks;
import dev.healing.actions.nixos.Prepared;
import dev.healing.actions.nixos.throttle.Throttles.Throttle;
import dev.healing.api.ActionDescription;
import dev.healing.api.ActionId;
import dev.healing.api.ActionReport;
import dev.healing.api.ActionReport.Result;
import dev.healing.api.Globs;
import dev.healing.api.HealingException;
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
import dev.healing.spi.Systemd.Limit;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;

/**
 * Gives the service that stands out a CPUQuota or a MemoryHigh at runtime, or one that works in the
 * background a lower CPUWeight: the remedy that can be undone, before the one that cannot. It is
 * remembered, and {@link LiftThrottle} takes it away when {@link ThrottledCalm} says so. One that
 * turns out to have no effect is taken away at once. Keys: {@code cpu} (of all processors, default
 * 50%), {@code memory} (of what the service has in use, default 90%), {@code min-share} (of all
 * memory, default 10%), {@code avoid} (globs on the unit; by default those in which Nix builds).
 */
public final class ThrottleService implements HealingAction {
  private static final ActionDescription DESCRIPTION =
      new ActionDescription(
          ActionId.THROTTLE_SERVICE,
          "holds back the service that uses by far the most processor time or memory, for a while",
          Set.of(IssueType.CPU_HIGH, IssueType.MEMORY_HIGH, IssueType.PROCESSOR_CONTENDED),
          Risk.MEDIUM,
          Set.of(Privilege.MANAGE_UNITS),
          true,
          "lifted by lift_throttle when the service is calm, else by a timer, and by the next boot",
          Duration.ofSeconds(3),
          Duration.ofSeconds(30));

  private final HostContext host;
  private final Throttles throttles;
  private final LastResort lastResort;
  private final Duration lastResortAfter;
  private final Restraint cpu;
  private final Restraint memory;
  private final Restraint weight;
  private final Choice choice;

  private ThrottleService(HostContext host) {
    this.host = host;
    this.throttles = new Throttles(host);
    this.lastResort = new LastResort(host);
    this.lastResortAfter = LastResort.after(host.configuration());
    this.cpu = new CpuRestraint(host, atLeast("cpu", 0.10, 0.50));
    double minShare = host.configuration().fraction("min-share", 0.10);
    this.memory = new MemoryRestraint(host, atLeast("memory", 0.50, 0.90), minShare);
    this.weight = new WeightRestraint(host);
    this.choice =
        new Choice(host, Globs.of(host.configuration().globs("avoid", Checks.NIX_BUILDERS)));
  }

  /** Less would as good as stop it. */
  private double atLeast(String key, double least, double otherwise) {
    double share = host.configuration().fraction(key, otherwise);
    if (share < least) {
      host.configuration().contradiction(key, "at least " + Math.round(least * 100) + "%");
    }
    return share;
  }

  /** Makes it. */
  public static final class Provider implements ActionProvider {
    @Override
    public String name() {
      return DESCRIPTION.id().name();
    }

    @Override
    public HealingAction create(HostContext context) {
      return new ThrottleService(context);
    }
  }

  @Override
  public ActionDescription description() {
    return DESCRIPTION;
  }

  @Override
  public Optional<String> unavailable() {
    Optional<String> unable = Checks.withoutSystemd(host).or(lastResort::unavailable);
    if (unable.isPresent()) {
      return unable;
    }
    return controls(cpu.controller()) || controls(memory.controller())
        ? Optional.empty()
        : Optional.of(
            "not applicable here: the kernel offers no cgroup controller for cpu or memory");
  }

  /** In the one hierarchy of cgroup v2; for processors also in one of v1. */
  private boolean controls(String controller) {
    String unified = host.files().read(ServiceUse.GROUPS + "cgroup.controllers").orElse("");
    return List.of(unified.strip().split(" ")).contains(controller)
        || controller.equals("cpu")
            && Files.isDirectory(host.files().path(ServiceUse.GROUPS + "cpu"));
  }

  @Override
  public PreparedAction prepare(Issue issue, HostState state) {
    Checks.treats(DESCRIPTION, issue);
    Checks.refuseIf(unavailable());
    boolean inBackground = issue.type().equals(IssueType.PROCESSOR_CONTENDED);
    Restraint restraint =
        inBackground ? weight : issue.type().equals(IssueType.MEMORY_HIGH) ? memory : cpu;
    Checks.require(
        controls(restraint.controller()),
        "not applicable here: no cgroup controller for " + restraint.controller());
    Checks.refuseIf(throttles.damage());
    List<ServiceUse> uses = restraint.uses();
    ServiceUse first =
        inBackground
            ? choice.named(uses, issue.components().first())
            : choice.standsOut(uses, restraint);
    Checks.refuseIf(restraint.needless(uses, first));
    UnitState unit = Checks.unit(host, first.name());
    requireUnlimited(unit.name(), restraint.limit());
    Throttle throttle =
        new Throttle(
            unit.name(),
            restraint.limit(),
            restraint.value(first),
            host.time().bootId(),
            host.time().monotonicNanos(),
            first.cpuNanos());
    Map<String, String> facts = new TreeMap<>(start(host, unit));
    facts.put("limit", "none");
    Preview preview =
        Preview.of(
            unit.name(),
            "throttle",
            Duration.ofSeconds(1),
            facts,
            unit.name()
                + " uses "
                + restraint.inWords(first.amount())
                + Choice.next(uses, restraint),
            "set " + throttle.inWords() + " at runtime; there is none now",
            restraint.check() + ", and take it away again if it does not",
            "lift_throttle takes it away when "
                + unit.name()
                + " is calm, else a timer of systemd's in "
                + lastResortAfter.toMinutes()
                + " min, whatever becomes of healing");
    return new Prepared(
        preview, execution -> execute(preview, restraint, throttle, first, execution));
  }

  /** What somebody else has set is never overwritten. */
  private void requireUnlimited(String unit, Limit limit) {
    OptionalLong now = host.systemd().limit(unit, limit);
    boolean ours =
        throttles.all().stream().anyMatch(t -> t.unit().equals(unit) && t.limit() == limit);
    Checks.require(
        now.isEmpty(),
        unit
            + " has "
            + Throttle.inWords(limit, now)
            + (ours ? " already, set by us" : " already, set by somebody else")
            + ": it is left as it is");
  }

  private ActionReport execute(
      Preview preview,
      Restraint restraint,
      Throttle throttle,
      ServiceUse first,
      Execution execution) {
    String name = throttle.unit();
    UnitState unit = Checks.unit(host, name);
    if (!preview.facts().entrySet().containsAll(start(host, unit).entrySet())) {
      return ActionReport.refused(name + " was started again since the preview");
    }
    Checks.refuseIf(host.protection().within(Set.of(name), host.processes()));
    requireUnlimited(name, throttle.limit());
    throttles.add(throttle);
    ActionReport report;
    try {
      lastResort.arm(throttle, lastResortAfter);
      host.systemd().setLimit(name, throttle.limit(), OptionalLong.of(throttle.value()));
      report = restraint.effect(throttle, first, execution);
    } catch (HealingException e) {
      undo(throttle);
      throw e;
    }
    if (report.result() != Result.DONE) {
      undo(throttle);
    }
    return report;
  }

  private void undo(Throttle throttle) {
    boolean interrupted = Thread.interrupted(); // who is stopped could ask nobody any more
    try {
      takeAway(throttle);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void takeAway(Throttle throttle) {
    if (host.systemd()
        .limit(throttle.unit(), throttle.limit())
        .equals(OptionalLong.of(throttle.value()))) {
      host.systemd().setLimit(throttle.unit(), throttle.limit(), OptionalLong.empty());
    }
    throttles.forget(throttle);
    lastResort.disarm(throttle);
  }

  /** What tells that it was neither started again nor the host booted. */
  private static Map<String, String> start(HostContext host, UnitState unit) {
    return Map.of("invocation-id", unit.invocationId(), "boot-id", host.time().bootId());
  }
}
