package dev.healing.actions.nixos.processes;

import dev.healing.actions.nixos.Checks;
import dev.healing.actions.nixos.Prepared;
import dev.healing.actions.nixos.services.RestartKeys;
import dev.healing.actions.nixos.services.RestartPlan;
import dev.healing.actions.nixos.services.ServiceRestart;
import dev.healing.api.ActionDescription;
import dev.healing.api.ActionId;
import dev.healing.api.ActionReport;
import dev.healing.api.ActionReport.Result;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Preview;
import dev.healing.api.Privilege;
import dev.healing.api.RefusedException;
import dev.healing.api.Risk;
import dev.healing.api.UnitState;
import dev.healing.spi.ActionProvider;
import dev.healing.spi.Execution;
import dev.healing.spi.HealingAction;
import dev.healing.spi.HostContext;
import dev.healing.spi.HostProcesses.Held;
import dev.healing.spi.HostProcesses.ProcessState;
import dev.healing.spi.PreparedAction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Ends the process that stands out; see {@link Victim} for who does. The main process of a service
 * is ended by restarting the service: systemd knows how it ends, and that it should be up. Any
 * other is held on to from when it was chosen, asked to end, and killed if it does not; but what is
 * part of a whole is only asked, since the others of it may not survive that it is killed. Key:
 * {@code patience} (between asking and killing, default 5s), and those of {@code restart_service}.
 */
public final class KillProcess implements HealingAction {
  private static final Duration POLL = Duration.ofMillis(50);
  private static final Duration AFTER_KILL = Duration.ofSeconds(5);

  private final HostContext host;
  private final Victim victim;
  private final RestartKeys keys;
  private final Duration patience;
  private final ActionDescription description;

  private KillProcess(HostContext host) {
    this.host = host;
    this.victim = new Victim(host);
    this.keys = RestartKeys.of(host);
    this.patience = Checks.atMostADay(host.configuration(), "patience", Duration.ofSeconds(5));
    this.description =
        new ActionDescription(
            ActionId.KILL_PROCESS,
            "ends the process that uses by far the most memory or processor time",
            Set.of(IssueType.CPU_HIGH, IssueType.MEMORY_HIGH),
            Risk.HIGH,
            Set.of(Privilege.SIGNAL_PROCESSES, Privilege.MANAGE_UNITS),
            false,
            ActionDescription.IRREVERSIBLE,
            Duration.ofSeconds(3),
            keys.timeLimit().plus(patience));
  }

  /** Makes it. */
  public static final class Provider implements ActionProvider {
    @Override
    public String name() {
      return ActionId.KILL_PROCESS.name();
    }

    @Override
    public HealingAction create(HostContext context) {
      return new KillProcess(context);
    }
  }

  @Override
  public ActionDescription description() {
    return description;
  }

  @Override
  public Optional<String> unavailable() {
    return Checks.withoutPidFd(host);
  }

  @Override
  public PreparedAction prepare(Issue issue, HostState state) {
    Checks.treats(description, issue);
    boolean memory = issue.type().equals(IssueType.MEMORY_HIGH);
    Victim.Choice choice = victim.choose(memory);
    ProcessUse first = choice.first();
    ProcessState process = first.process();
    Held held =
        host.processes()
            .hold(process.ref())
            .filter(h -> h.now().filter(process::same).isPresent())
            .orElseThrow(() -> new RefusedException(first.who() + " ended by itself"));
    Map<String, String> facts = new TreeMap<>(facts(process));
    Optional<UnitState> service = Belonging.service(host, process);
    if (service.isPresent()) {
      RestartPlan plan = restartOf(service.get());
      facts.putAll(plan.facts(host));
      List<String> steps = new ArrayList<>();
      steps.add("end " + first.who() + " by restarting the service that it stands for");
      steps.addAll(plan.steps(host, keys));
      steps.add(Preview.BECAUSE + choice.why());
      Preview preview =
          Preview.of(
              plan.name(),
              "unit:" + plan.name(),
              keys.staysUp().plusSeconds(2),
              facts,
              steps.toArray(String[]::new));
      return new Prepared(preview, execution -> restart(preview, first, held, execution));
    }
    Preview preview =
        Preview.of(
            process.name() + ":" + process.ref().pid(),
            "process",
            Duration.ofSeconds(1),
            facts,
            "ask " + first.who() + " to end (SIGTERM)",
            Belonging.whole(host, process)
                .map(unit -> "leave it at that, since it is part of " + unit)
                .orElse(
                    "kill it (SIGKILL) if it is still there after " + patience.toSeconds() + " s"),
            Preview.BECAUSE + choice.why());
    return new Prepared(preview, execution -> signal(preview, first, held, execution));
  }

  private RestartPlan restartOf(UnitState service) {
    return RestartPlan.of(
        host, keys, service.name(), Optional.of("its main process is who stands out"));
  }

  private Map<String, String> facts(ProcessState process) {
    return Map.of(
        "boot-id", host.time().bootId(),
        "pid", Long.toString(process.ref().pid()),
        "start-ticks", Long.toString(process.ref().startTicks()),
        "uid", Integer.toString(process.uid()),
        "name", process.name(),
        "cgroup", String.join("/", process.units()));
  }

  /** As it is now; refuses if it is not what was previewed, or may not be ended any more. */
  private ProcessState recheck(Preview preview, ProcessUse first, Held held) {
    ProcessState now =
        held.now()
            .filter(p -> p.state() != 'Z')
            .orElseThrow(() -> new RefusedException(first.who() + " is no longer there"));
    facts(now)
        .forEach(
            (fact, value) ->
                Checks.require(
                    value.equals(preview.facts().get(fact)),
                    first.who() + " is no longer the same: " + fact + " is now " + value));
    Checks.refuseIf(victim.objection(now));
    return now;
  }

  private ActionReport restart(Preview preview, ProcessUse first, Held held, Execution execution) {
    try (held) {
      ProcessState now = recheck(preview, first, held);
      Optional<UnitState> service = Belonging.service(host, now);
      if (service.isEmpty()) {
        return ActionReport.refused(preview.target() + " was started again since the preview");
      }
      RestartPlan plan = restartOf(service.get());
      plan.requireSame(host, preview.facts());
      ActionReport restarted = new ServiceRestart(host, keys, plan, execution).run();
      if (restarted.result() == Result.REFUSED || restarted.result() == Result.UNDER_WAY) {
        return restarted; // not begun, or still being stopped: whether it ends is not known
      }
      boolean outlived = held.alive();
      Map<String, Double> before = new TreeMap<>(restarted.before());
      before.put("resident.bytes", (double) now.residentBytes());
      Map<String, Double> after = new TreeMap<>(restarted.after());
      after.put("resident.bytes", outlived ? (double) now.residentBytes() : 0.0);
      return ActionReport.of(
          outlived ? Result.FAILED : restarted.result(),
          first.who() + (outlived ? " has not ended: " : " ended: ") + restarted.detail(),
          before,
          after);
    }
  }

  private ActionReport signal(Preview preview, ProcessUse first, Held held, Execution execution) {
    try (held) {
      ProcessState now = recheck(preview, first, held);
      if (Belonging.service(host, now).isPresent()) {
        return ActionReport.refused(first.who() + " is now the main process of its service");
      }
      String who = first.who();
      Map<String, Double> before = Map.of("resident.bytes", (double) now.residentBytes());
      Map<String, Double> after = Map.of("resident.bytes", 0.0);
      if (!held.terminate()) {
        return ActionReport.refused(who + " ended by itself");
      }
      if (gone(held, patience, execution)) {
        return ActionReport.of(Result.DONE, who + " ended when asked to", before, after);
      }
      if (execution.cancelled()) {
        return ActionReport.failed(who + " was asked to end; stopped before killing it");
      }
      Optional<String> whole = Belonging.whole(host, now);
      if (whole.isPresent()) {
        return ActionReport.failed(
            String.format(
                "%s was asked to end and did not within %d s; it is not killed, since it is part of"
                    + " %s, which may not survive that: to end all of it is for a person",
                who, patience.toSeconds(), whole.orElseThrow()));
      }
      if (!held.kill() || gone(held, AFTER_KILL, execution)) {
        return ActionReport.of(Result.DONE, who + " did not listen and was killed", before, after);
      }
      return ActionReport.failed(
          who
              + " was killed and is still there: "
              + (execution.cancelled() ? "stopped waiting for it" : "stuck in the kernel"));
    }
  }

  private boolean gone(Held held, Duration within, Execution execution) {
    long until = host.time().monotonicNanos() + within.toNanos();
    while (held.alive()) {
      if (host.time().monotonicNanos() >= until || !execution.pause(POLL)) {
        return false;
      }
    }
    return true;
  }
}
