package dev.healing.actions.nixos.processes;

import dev.healing.actions.nixos.Checks;
import dev.healing.actions.nixos.MemAvailable;
import dev.healing.actions.nixos.Prepared;
import dev.healing.actions.nixos.services.RestartKeys;
import dev.healing.actions.nixos.services.RestartPlan;
import dev.healing.actions.nixos.services.ServiceRestart;
import dev.healing.api.ActionDescription;
import dev.healing.api.ActionId;
import dev.healing.api.ActionReport;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Metric;
import dev.healing.api.Preview;
import dev.healing.api.Privilege;
import dev.healing.api.Risk;
import dev.healing.spi.ActionProvider;
import dev.healing.spi.Execution;
import dev.healing.spi.HealingAction;
import dev.healing.spi.HostContext;
import dev.healing.spi.HostProcesses.ProcessState;
import dev.healing.spi.PreparedAction;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Ends who takes all the memory, a moment before the kernel would have to choose somebody. What is
 * to be done is worked out before; then it waits until memory is below the floor that the issue
 * tells, and if it does not get there, nothing is done. The main process of a service is ended by
 * restarting the service. Others are asked to end, and killed when half of the floor is left or
 * they have not ended within {@code patience} (default 5s); but what is part of a whole is only
 * asked. Keys: {@code min-share} (of memory, default 10%: who has less is not worth it), {@code
 * avoid} (see {@link Spared}), {@code patience}, and those of {@code restart_service}.
 */
public final class EndMemoryHog implements HealingAction {
  /** So many polls are a moment, in which a pace can be told. */
  private static final int MOMENT = 10;

  /** What was worked out is worth nothing later. */
  private static final Duration MOST_WAIT = Duration.ofSeconds(10);

  /** From the last look at memory until a signal has arrived, with something to spare. */
  private static final double SIGNAL_SECONDS = 0.1;

  private static final double FLOOR = 0.10;

  private final HostContext host;
  private final Spared spared;
  private final double minShare;
  private final Duration patience;
  private final RestartKeys keys;
  private final ActionDescription description;

  private EndMemoryHog(HostContext host) {
    this.host = host;
    this.spared = Spared.read(host);
    this.minShare = host.configuration().fraction("min-share", 0.10);
    this.patience = Checks.atMostADay(host.configuration(), "patience", Duration.ofSeconds(5));
    this.keys = RestartKeys.of(host);
    this.description =
        new ActionDescription(
            ActionId.END_MEMORY_HOG,
            "ends who takes all the memory, a moment before the kernel would choose somebody",
            Set.of(IssueType.MEMORY_EXHAUSTING),
            Risk.HIGH,
            Set.of(Privilege.SIGNAL_PROCESSES, Privilege.MANAGE_UNITS),
            false,
            ActionDescription.IRREVERSIBLE,
            Duration.ofSeconds(1),
            keys.timeLimit().plus(patience).plus(MOST_WAIT).plus(HeldHog.AFTER_KILL));
  }

  /** Makes it. */
  public static final class Provider implements ActionProvider {
    @Override
    public String name() {
      return ActionId.END_MEMORY_HOG.name();
    }

    @Override
    public HealingAction create(HostContext context) {
      return new EndMemoryHog(context);
    }
  }

  @Override
  public ActionDescription description() {
    return description;
  }

  @Override
  public boolean urgent() {
    return true;
  }

  @Override
  public Optional<String> unavailable() {
    return Checks.withoutPidFd(host);
  }

  @Override
  public PreparedAction prepare(Issue issue, HostState state) {
    Checks.treats(description, issue);
    MemoryHog hog = MemoryHog.find(host, minShare);
    hog.members().forEach(use -> Checks.refuseIf(spared.objection(use.process())));
    double total = MemAvailable.read(host).totalBytes();
    double floor = issue.metrics().getOrDefault(Metric.MEMORY_FLOOR.toString(), FLOOR * total);
    HeldHog held = HeldHog.of(host, hog.members(), floor, patience);
    Optional<RestartPlan> restart = restart(held);
    ProcessState first = held.processes().get(0);
    Map<String, String> facts = new TreeMap<>();
    facts.put("boot-id", host.time().bootId());
    held.processes()
        .forEach(
            one ->
                facts.put("process " + one.ref().pid(), one.ref().startTicks() + " " + one.name()));
    restart.ifPresent(plan -> facts.putAll(plan.facts(host)));
    List<String> steps = new ArrayList<>();
    steps.add("end " + held.all());
    steps.add(
        "wait until less than "
            + Checks.size(floor)
            + " of memory is available, and do nothing if that does not come");
    restart.ifPresentOrElse(
        plan -> steps.addAll(plan.steps(host, keys)), () -> steps.addAll(held.steps()));
    steps.add(Preview.BECAUSE + hog.why());
    String target = restart.map(RestartPlan::name).orElse(first.name() + ":" + first.ref().pid());
    Preview preview =
        Preview.of(
            target,
            restart.map(plan -> "unit:" + plan.name()).orElse("process"),
            restart.isPresent() ? keys.staysUp().plusSeconds(2) : Duration.ofSeconds(1),
            facts,
            steps.toArray(String[]::new));
    return new Prepared(preview, execution -> execute(preview, held, execution));
  }

  /** Of the service that one of them is the main process of. */
  private Optional<RestartPlan> restart(HeldHog held) {
    return held.processes().stream()
        .flatMap(process -> Belonging.service(host, process).stream())
        .findFirst()
        .map(
            service ->
                RestartPlan.of(
                    host, keys, service.name(), Optional.of("its main process takes the memory")));
  }

  private ActionReport execute(Preview preview, HeldHog held, Execution execution) {
    try (held) {
      double before = held.residentNow();
      awaitFloor(held.floor(), execution);
      HeldHog still = held.still();
      Checks.require(
          !still.processes().isEmpty(),
          held.first() + " is no longer there, or no longer the same");
      Checks.require(
          held.residentNow() > before,
          held.first() + " takes no more memory: somebody else does now");
      still.processes().forEach(process -> Checks.refuseIf(spared.objection(process)));
      Optional<RestartPlan> restart = restart(still);
      String now = restart.map(RestartPlan::name).orElse(preview.target());
      Checks.require(
          now.equals(preview.target()) && restart.isPresent() == preview.lane().startsWith("unit:"),
          held.first() + " no longer stands for its service, or does so only now");
      if (restart.isPresent()) {
        restart.get().requireSame(host, preview.facts());
        return new ServiceRestart(host, keys, restart.get(), execution).run();
      }
      return still.end(execution);
    }
  }

  /**
   * It may well stop before that: then nobody is ended for it. The pace is that of the last moment,
   * not that of when this was prepared.
   */
  private void awaitFloor(double floor, Execution execution) {
    long until = host.time().monotonicNanos() + MOST_WAIT.toNanos();
    Deque<Double> lately = new ArrayDeque<>(List.of(available()));
    double seconds = MOMENT * HeldHog.POLL.toMillis() / 1000.0;
    double now;
    double fall;
    do {
      Checks.require(
          host.time().monotonicNanos() < until,
          "memory no longer runs out: " + Checks.size(lately.getLast()) + " is available");
      Checks.require(execution.pause(HeldHog.POLL), "stopped before anybody was asked to end");
      now = available();
      lately.addLast(now);
      fall = lately.size() > MOMENT ? (lately.removeFirst() - now) / seconds : 0;
    } while (fall <= 0 || now - SIGNAL_SECONDS * fall > floor);
  }

  private double available() {
    return MemAvailable.read(host).availableBytes();
  }
}
