package dev.healing.actions.nixos.services;

import dev.healing.actions.nixos.Checks;
import dev.healing.actions.nixos.Prepared;
import dev.healing.actions.nixos.services.RuntimeState.Leftovers;
import dev.healing.actions.nixos.services.RuntimeState.Stale;
import dev.healing.api.ActionDescription;
import dev.healing.api.ActionId;
import dev.healing.api.ActionReport;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Preview;
import dev.healing.api.Privilege;
import dev.healing.api.RefusedException;
import dev.healing.api.Risk;
import dev.healing.spi.ActionProvider;
import dev.healing.spi.Execution;
import dev.healing.spi.HealingAction;
import dev.healing.spi.HostContext;
import dev.healing.spi.PreparedAction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;

/**
 * For the failed service that a restart does not bring back: drops the stale {@link RuntimeState}
 * that it declares, has systemd read its changed unit file, and restarts it. Where there is nothing
 * of that kind it refuses, with what the service said last. Keys: those of {@code restart_service}.
 */
public final class RepairService implements HealingAction {
  private final HostContext host;
  private final RestartKeys keys;
  private final ActionDescription description;

  private RepairService(HostContext host, RestartKeys keys) {
    this.host = host;
    this.keys = keys;
    this.description =
        new ActionDescription(
            ActionId.REPAIR_SERVICE,
            "drops the stale runtime state that the failed service declares, and restarts it",
            Set.of(IssueType.SERVICE_FAILED),
            Risk.MEDIUM,
            Set.of(Privilege.MANAGE_UNITS, Privilege.WRITE_SYSTEM_FILES),
            true,
            ActionDescription.IRREVERSIBLE,
            Duration.ZERO, // it has itself watched whether it stays up
            keys.timeLimit().plusSeconds(30));
  }

  /** Makes it. */
  public static final class Provider implements ActionProvider {
    @Override
    public String name() {
      return ActionId.REPAIR_SERVICE.name();
    }

    @Override
    public HealingAction create(HostContext context) {
      return new RepairService(context, RestartKeys.of(context));
    }
  }

  /** What there is to repair, and the restart after it. */
  private record Repair(RestartPlan plan, Leftovers found, boolean outdated) {
    List<Stale> stale() {
      return found.stale();
    }

    Map<String, String> facts(HostContext host) {
      Map<String, String> facts = new TreeMap<>(plan.facts(host));
      facts.put("unit-file", outdated ? "changed" : "read");
      stale().forEach(one -> facts.put("stale " + one.path(), one.identity()));
      return facts;
    }
  }

  @Override
  public ActionDescription description() {
    return description;
  }

  @Override
  public Optional<String> unavailable() {
    return Checks.withoutSystemd(host);
  }

  @Override
  public PreparedAction prepare(Issue issue, HostState state) {
    Checks.treats(description, issue);
    Repair repair = repair(issue.components().first());
    RestartPlan plan = repair.plan();
    List<String> steps = new ArrayList<>();
    repair.stale().forEach(one -> steps.add("delete " + one.path() + ", " + one.why()));
    leftAlone(repair.found()).ifPresent(steps::add);
    if (repair.outdated()) {
      steps.add(
          "have systemd read its unit files again, since that of " + plan.name() + " changed");
    }
    steps.addAll(plan.steps(host, keys));
    Preview preview =
        new Preview(
            plan.name(),
            "unit:" + plan.name(),
            steps,
            OptionalLong.of(repair.stale().size() + 1L + plan.others()),
            OptionalLong.empty(),
            keys.staysUp().plusSeconds(2),
            new TreeMap<>(repair.facts(host)));
    return new Prepared(preview, execution -> execute(preview, execution));
  }

  /**
   * Works out what there is to repair.
   *
   * @throws RefusedException if there is nothing, or it must not be restarted, with its last words
   */
  private Repair repair(String called) {
    RestartPlan plan;
    try {
      plan = RestartPlan.of(host, keys, called);
    } catch (RefusedException e) {
      // Of what may not be touched, not even the log is read.
      boolean known = host.protection().unit(called, host.systemd()).isEmpty();
      String words =
          known
              ? host.systemd().unit(called).map(u -> "; " + LastWords.of(host, u.name())).orElse("")
              : "";
      throw new RefusedException(e.getMessage() + words);
    }
    String name = plan.name();
    Checks.require(plan.unit().failed(), name + " has not failed: there is nothing to repair");
    boolean outdated =
        "yes"
            .equals(
                host.systemd()
                    .properties(name, Set.of("NeedDaemonReload"))
                    .get("NeedDaemonReload"));
    Leftovers found = new RuntimeState(host, name).find();
    if (!outdated && found.stale().isEmpty()) {
      throw new RefusedException(
          "not applicable: nothing that "
              + name
              + " alone declares is stale"
              + leftAlone(found).map(text -> ", " + text).orElse("")
              + "; a person has to look: "
              + LastWords.of(host, name));
    }
    return new Repair(plan, found, outdated);
  }

  private static Optional<String> leftAlone(Leftovers found) {
    return found.shared().isEmpty()
        ? Optional.empty()
        : Optional.of(
            "and what others declare too is left alone: " + String.join(", ", found.shared()));
  }

  private ActionReport execute(Preview preview, Execution execution) {
    Repair repair = repair(preview.target());
    Checks.require(
        repair.facts(host).equals(preview.facts()),
        preview.target() + " or what it declares is not what it was for the preview");
    RuntimeState runtime = new RuntimeState(host, preview.target());
    int dropped = 0;
    for (Stale one : repair.stale()) {
      if (execution.cancelled()) {
        return stopped(preview, dropped);
      }
      dropped += runtime.drop(one) ? 1 : 0;
    }
    if (dropped == 0 && !repair.outdated()) {
      return ActionReport.refused(preview.target() + ": nothing is stale any more");
    }
    if (repair.outdated()) {
      if (execution.cancelled()) {
        return stopped(preview, dropped);
      }
      execution.progress("has systemd read its unit files again");
      host.systemd().readUnitFilesAgain();
    }
    return restarted(repair, dropped, execution);
  }

  /** With another unit file a restart may be another one than was shown: then it is not done. */
  private ActionReport restarted(Repair repair, int dropped, Execution execution) {
    ActionReport report;
    try {
      RestartPlan now = RestartPlan.of(host, keys, repair.plan().name());
      now.requireSame(host, repair.plan().facts(host));
      report = new ServiceRestart(host, keys, now, execution).run();
    } catch (RefusedException e) {
      return ActionReport.failed(
          did(repair, dropped) + ", and it was not restarted after that: " + e.getMessage());
    }
    Map<String, Double> before = new HashMap<>(report.before());
    Map<String, Double> after = new HashMap<>(report.after());
    before.put("stale.count", (double) repair.stale().size());
    after.put("stale.count", (double) repair.stale().size() - dropped);
    String words =
        report.result() == ActionReport.Result.DONE
            ? ""
            : "; " + LastWords.of(host, repair.plan().name());
    return ActionReport.of(
        report.result(), did(repair, dropped) + "; " + report.detail() + words, before, after);
  }

  private static String did(Repair repair, int dropped) {
    return dropped
        + " of "
        + repair.stale().size()
        + " stale files were deleted"
        + (repair.outdated() ? ", systemd read its unit files again" : "");
  }

  private static ActionReport stopped(Preview preview, int dropped) {
    return ActionReport.failed(
        preview.target() + ": stopped after " + dropped + " stale files were deleted");
  }
}
