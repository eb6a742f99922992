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
import dev.healing.api.ActionReport.Result;
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
import dev.healing.spi.HostProcesses.Held;
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
  private static final Duration POLL = Duration.ofMillis(10);

  /** So many polls are a moment, in which a pace can be told. */
  private static final int MOMENT = 10;

  /** To give back so much takes its time. */
  private static final Duration AFTER_KILL = Duration.ofSeconds(20);

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
    this.patience = host.configuration().duration("patience", Duration.ofSeconds(5));
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
            keys.timeLimit().plus(patience).plus(MOST_WAIT).plus(AFTER_KILL));
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

  /** One of them, as it was chosen. */
  private record Member(ProcessUse use, Held held) {
    String who() {
      return use.who();
    }

    /** Whether it is still the same. */
    boolean same() {
      return held.now().filter(now -> now.state() != 'Z').filter(use.process()::same).isPresent();
    }
  }

  @Override
  public PreparedAction prepare(Issue issue, HostState state) {
    Checks.treats(description, issue);
    MemoryHog hog = MemoryHog.find(host, minShare);
    hog.members().forEach(use -> Checks.refuseIf(spared.objection(use.process())));
    List<Member> members = new ArrayList<>();
    for (ProcessUse use : hog.members()) {
      host.processes()
          .hold(use.process().ref())
          .map(held -> new Member(use, held))
          .filter(Member::same)
          .ifPresent(members::add);
    }
    Checks.require(!members.isEmpty(), "it ended by itself");
    double total = MemAvailable.read(host.files()).totalBytes();
    double floor = issue.metrics().getOrDefault(Metric.MEMORY_FLOOR.toString(), FLOOR * total);
    Optional<RestartPlan> restart = restart(members);
    ProcessState first = members.get(0).use().process();
    Map<String, String> facts = new TreeMap<>();
    facts.put("boot-id", host.time().bootId());
    members.forEach(
        m ->
            facts.put(
                "process " + m.use().process().ref().pid(),
                m.use().process().ref().startTicks() + " " + m.use().process().name()));
    restart.ifPresent(plan -> facts.putAll(plan.facts(host)));
    List<String> steps = new ArrayList<>();
    steps.add("end " + String.join(", ", members.stream().map(Member::who).toList()));
    steps.add(
        "wait until less than "
            + Checks.size(floor)
            + " of memory is available, and do nothing if that does not come");
    restart.ifPresentOrElse(
        plan -> steps.addAll(plan.steps(host, keys)), () -> steps.addAll(signals(members, floor)));
    steps.add(Preview.BECAUSE + hog.why());
    String target = restart.map(RestartPlan::name).orElse(first.name() + ":" + first.ref().pid());
    Preview preview =
        Preview.of(
            target,
            restart.map(plan -> "unit:" + plan.name()).orElse("process"),
            restart.isPresent() ? keys.staysUp().plusSeconds(2) : Duration.ofSeconds(1),
            facts,
            steps.toArray(String[]::new));
    return new Prepared(preview, execution -> execute(preview, members, floor, execution));
  }

  private List<String> signals(List<Member> members, double floor) {
    List<String> steps = new ArrayList<>();
    for (Member member : members) {
      steps.add(
          "ask "
              + member.who()
              + " to end (SIGTERM)"
              + Belonging.whole(host, member.use().process())
                  .map(unit -> ", and leave it at that, since it is part of " + unit)
                  .orElse(
                      ", and kill it (SIGKILL) when less than "
                          + Checks.size(floor / 2)
                          + " is available or after "
                          + patience.toSeconds()
                          + " s"));
    }
    return steps;
  }

  /** Of the service that one of them is the main process of. */
  private Optional<RestartPlan> restart(List<Member> members) {
    return members.stream()
        .flatMap(member -> Belonging.service(host, member.use().process()).stream())
        .findFirst()
        .map(
            service ->
                RestartPlan.of(
                    host, keys, service.name(), Optional.of("its main process takes the memory")));
  }

  private ActionReport execute(
      Preview preview, List<Member> members, double floor, Execution execution) {
    try {
      double before = residentNow(members);
      awaitFloor(floor, execution);
      List<Member> still = members.stream().filter(Member::same).toList();
      Checks.require(
          !still.isEmpty(), members.get(0).who() + " is no longer there, or no longer the same");
      Checks.require(
          residentNow(members) > before,
          members.get(0).who() + " takes no more memory: somebody else does now");
      still.forEach(member -> Checks.refuseIf(spared.objection(member.use().process())));
      Optional<RestartPlan> restart = restart(still);
      String now = restart.map(RestartPlan::name).orElse(preview.target());
      Checks.require(
          now.equals(preview.target()) && restart.isPresent() == preview.lane().startsWith("unit:"),
          members.get(0).who() + " no longer stands for its service, or does so only now");
      if (restart.isPresent()) {
        restart.get().requireSame(host, preview.facts());
        return new ServiceRestart(host, keys, restart.get(), execution).run();
      }
      return end(still, floor, execution);
    } finally {
      members.forEach(member -> member.held().close());
    }
  }

  /**
   * It may well stop before that: then nobody is ended for it. The pace is that of the last moment,
   * not that of when this was prepared.
   */
  private void awaitFloor(double floor, Execution execution) {
    long until = host.time().monotonicNanos() + MOST_WAIT.toNanos();
    Deque<Double> lately = new ArrayDeque<>(List.of(available()));
    double seconds = MOMENT * POLL.toMillis() / 1000.0;
    double now;
    double fall;
    do {
      Checks.require(
          host.time().monotonicNanos() < until,
          "memory no longer runs out: " + Checks.size(lately.getLast()) + " is available");
      Checks.require(execution.pause(POLL), "stopped before anybody was asked to end");
      now = available();
      lately.addLast(now);
      fall = lately.size() > MOMENT ? (lately.removeFirst() - now) / seconds : 0;
    } while (fall <= 0 || now - SIGNAL_SECONDS * fall > floor);
  }

  private static double residentNow(List<Member> members) {
    return members.stream()
        .flatMap(member -> member.held().now().stream())
        .mapToDouble(ProcessState::residentBytes)
        .sum();
  }

  private double available() {
    return MemAvailable.read(host.files()).availableBytes();
  }

  private ActionReport end(List<Member> members, double floor, Execution execution) {
    double before = available();
    double resident = members.stream().mapToDouble(EndMemoryHog::resident).sum();
    String who = String.join(", ", members.stream().map(Member::who).toList());
    List<Held> there = host.processes().terminate(members.stream().map(Member::held).toList());
    List<Member> asked = members.stream().filter(m -> there.contains(m.held())).toList();
    if (asked.isEmpty()) {
      return ActionReport.refused(who + " ended by itself");
    }
    execution.progress("asked to end: " + who);
    long until = host.time().monotonicNanos() + patience.toNanos();
    while (alive(asked) && available() > floor / 2 && host.time().monotonicNanos() < until) {
      if (!execution.pause(POLL)) {
        return ActionReport.failed(who + ": asked to end; stopped before killing");
      }
    }
    List<Member> stubborn =
        asked.stream()
            .filter(m -> m.held().alive() && Belonging.whole(host, m.use().process()).isEmpty())
            .toList();
    host.processes().kill(stubborn.stream().map(Member::held).toList());
    Duration more = stubborn.isEmpty() ? Duration.ZERO : AFTER_KILL;
    long end = host.time().monotonicNanos() + more.toNanos();
    while (alive(asked) && host.time().monotonicNanos() < end && execution.pause(POLL)) {
      // What is large takes its time to go.
    }
    double left =
        asked.stream().filter(m -> m.held().alive()).mapToDouble(EndMemoryHog::resident).sum();
    Map<String, Double> numbersBefore =
        Map.of("memory.available.bytes", before, "resident.bytes", resident);
    Map<String, Double> numbersAfter =
        Map.of("memory.available.bytes", available(), "resident.bytes", left);
    String how =
        stubborn.isEmpty() ? "asked to end" : "asked to end, and " + stubborn.size() + " killed";
    return alive(asked)
        ? ActionReport.of(
            Result.FAILED, who + ": " + how + ", and still there", numbersBefore, numbersAfter)
        : ActionReport.of(
            Result.DONE, who + ": " + how + ", and gone", numbersBefore, numbersAfter);
  }

  private static double resident(Member member) {
    return member.use().process().residentBytes();
  }

  private static boolean alive(List<Member> members) {
    return members.stream().anyMatch(m -> m.held().alive());
  }
}
