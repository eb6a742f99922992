package dev.healing.actions.nixos.memory;

import dev.healing.actions.nixos.Checks;
import dev.healing.actions.nixos.MemAvailable;
import dev.healing.actions.nixos.Prepared;
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
import dev.healing.api.Severity;
import dev.healing.spi.ActionProvider;
import dev.healing.spi.Execution;
import dev.healing.spi.HealingAction;
import dev.healing.spi.HostContext;
import dev.healing.spi.PreparedAction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;

/**
 * Gives memory back, the mildest first, and looks after each step whether it was enough: what
 * services have not used for long is swapped out ({@link Reclaim}, at most a quarter of all
 * memory); then the service that leaks is restarted ({@link LeakRestart}). Keys: {@code target}
 * (memory in use down to which it frees, default 80%), {@code swap} (whether swap is emptied in the
 * end where memory has room for that, {@link SwapCycle}, default off), and those of a leak and its
 * restart.
 */
public final class FreeMemory implements HealingAction {
  private static final double MOST = 0.25;
  private static final String AVAILABLE = "memory.available.bytes";

  private final HostContext host;
  private final double target;
  private final LeakRestart leaks;
  private final Optional<SwapCycle> swap;
  private final ActionDescription description;

  private FreeMemory(HostContext host) {
    this.host = host;
    this.target = host.configuration().fraction("target", 0.80);
    this.leaks = LeakRestart.read(host);
    this.swap =
        host.configuration().flag("swap", false)
            ? Optional.of(new SwapCycle(host, target))
            : Optional.empty();
    this.description =
        new ActionDescription(
            ActionId.FREE_MEMORY,
            "swaps out what services have not used for long, then restarts the service that leaks",
            Set.of(IssueType.MEMORY_HIGH),
            Risk.MEDIUM,
            Set.of(Privilege.WRITE_SYSTEM_FILES, Privilege.MANAGE_UNITS),
            true,
            ActionDescription.IRREVERSIBLE,
            Duration.ofSeconds(1),
            Duration.ofMinutes(1)
                .plus(leaks.keys().timeLimit())
                .plus(swap.isPresent() ? SwapCycle.timeLimit() : Duration.ZERO));
  }

  /** Makes it. */
  public static final class Provider implements ActionProvider {
    @Override
    public String name() {
      return ActionId.FREE_MEMORY.name();
    }

    @Override
    public HealingAction create(HostContext context) {
      return new FreeMemory(context);
    }
  }

  @Override
  public ActionDescription description() {
    return description;
  }

  @Override
  public Optional<String> unavailable() {
    return Reclaim.possible(host)
        ? Optional.empty()
        : Checks.withoutSystemd(host)
            .map(why -> why + ", and no cgroup v2 memory controller (memory.reclaim)");
  }

  @Override
  public PreparedAction prepare(Issue issue, HostState state) {
    Checks.treats(description, issue);
    Checks.refuseIf(unavailable());
    MemAvailable memory = MemAvailable.read(host.files());
    double down = Checks.target(target, issue);
    Checks.require(
        memory.usedFraction() > down,
        "no more than " + Math.round(down * 100) + " % of memory is in use: nothing to free");
    double wanted = memory.usedBytes() - down * memory.totalBytes();
    Reclaim reclaim = Reclaim.of(host, Math.min(wanted, MOST * memory.totalBytes()));
    if (reclaim.bytes() < memory.gainBytes()) {
      reclaim = new Reclaim(host, List.of());
    }
    Optional<Leak> leak = Optional.empty();
    String noRestart = "the issue is not serious enough to restart a service";
    if (issue.severity().compareTo(Severity.HIGH) >= 0) {
      try {
        leak = Optional.of(leaks.find(state, memory));
      } catch (RefusedException e) {
        noRestart = String.valueOf(e.getMessage());
      }
    }
    Checks.require(
        !reclaim.shares().isEmpty() || leak.isPresent(),
        "less than "
            + Checks.size(memory.gainBytes())
            + " can be swapped out of services that may be touched; and "
            + noRestart);
    return prepared(memory, down, reclaim, leak, noRestart);
  }

  private PreparedAction prepared(
      MemAvailable memory, double down, Reclaim reclaim, Optional<Leak> leak, String noRestart) {
    List<String> steps = new ArrayList<>(reclaim.steps());
    TreeMap<String, String> facts = new TreeMap<>(Map.of("boot-id", host.time().bootId()));
    facts.putAll(reclaim.facts());
    String touched = "memory";
    String lane = "memory";
    double bytes = reclaim.bytes();
    int items = reclaim.shares().size();
    Duration expected = Duration.ofSeconds(2);
    if (leak.isPresent()) {
      RestartPlan plan = leaks.plan(leak.get(), memory);
      if (!reclaim.shares().isEmpty()) {
        steps.add("only if then more than " + Math.round(down * 100) + " % is still in use:");
      }
      steps.addAll(plan.steps(host, leaks.keys()));
      facts.putAll(plan.facts(host));
      touched = plan.name();
      lane = "unit:" + plan.name();
      bytes += leak.get().toBytes();
      items += 1 + plan.others();
      expected = expected.plus(leaks.keys().staysUp());
    } else {
      steps.add("restart nothing: " + noRestart);
    }
    swap.ifPresent(cycle -> steps.addAll(cycle.steps()));
    Preview preview =
        new Preview(
            touched,
            lane,
            steps,
            OptionalLong.of(items),
            OptionalLong.of((long) bytes),
            expected,
            facts);
    return new Prepared(preview, execution -> execute(preview, down, reclaim, leak, execution));
  }

  private ActionReport execute(
      Preview preview, double down, Reclaim reclaim, Optional<Leak> leak, Execution execution) {
    MemAvailable before = MemAvailable.read(host.files());
    Checks.require(before.usedFraction() > down, "memory is no longer short");
    Checks.require(
        preview.facts().entrySet().containsAll(reclaim.facts().entrySet()),
        "a service was stopped or restarted since the preview");
    leak.ifPresent(
        found -> ServiceRestart.requireSame(host, leaks.plan(found, before), preview.facts()));
    ActionReport freed = free(preview, down, reclaim, leak, before, execution);
    boolean worked = freed.result() == Result.DONE || freed.result() == Result.NOTHING_GAINED;
    return swap.isPresent() && worked ? emptySwap(freed, swap.get(), execution) : freed;
  }

  /** Swaps out, and restarts if that is not enough. */
  private ActionReport free(
      Preview preview,
      double down,
      Reclaim reclaim,
      Optional<Leak> leak,
      MemAvailable before,
      Execution execution) {
    boolean reclaims = !reclaim.shares().isEmpty();
    if (reclaims) {
      execution.progress("swaps out what is not used");
    }
    reclaim.run(execution);
    MemAvailable now = MemAvailable.read(host.files());
    if (leak.isEmpty() || execution.cancelled() || now.usedFraction() <= down) {
      return report(before, now, Optional.empty());
    }
    try {
      RestartPlan plan = leaks.plan(leak.get(), now);
      ServiceRestart.requireSame(host, plan, preview.facts());
      ActionReport restarted = new ServiceRestart(host, leaks.keys(), plan, execution).run();
      return report(before, MemAvailable.read(host.files()), Optional.of(restarted));
    } catch (RefusedException e) {
      if (!reclaims) {
        throw e;
      }
      // What was done before is not undone by that: it is told as what it gave.
      execution.progress("not restarted: " + e.getMessage());
      return report(before, now, Optional.empty());
    }
  }

  /** Last, and no part of the gain: it takes memory, and gives room in swap. */
  private static ActionReport emptySwap(ActionReport freed, SwapCycle cycle, Execution execution) {
    ActionReport swap = cycle.run(execution);
    return ActionReport.of(
        swap.result() == Result.FAILED ? Result.FAILED : freed.result(),
        freed.detail() + "; " + swap.detail(),
        freed.before(),
        freed.after());
  }

  private static ActionReport report(
      MemAvailable before, MemAvailable after, Optional<ActionReport> restarted) {
    double gained = after.availableBytes() - before.availableBytes();
    Map<String, Double> numbersBefore = new TreeMap<>();
    Map<String, Double> numbersAfter = new TreeMap<>();
    restarted.ifPresent(
        r -> {
          numbersBefore.putAll(r.before());
          numbersAfter.putAll(r.after());
        });
    numbersBefore.put(AVAILABLE, (double) before.availableBytes());
    numbersAfter.put(AVAILABLE, (double) after.availableBytes());
    Result measured = gained >= before.gainBytes() ? Result.DONE : Result.NOTHING_GAINED;
    String how =
        String.format(
            Locale.ROOT,
            "%s more memory is available%s",
            Checks.size(Math.max(0, gained)),
            measured == Result.DONE
                ? ""
                : ", less than the " + Checks.size(before.gainBytes()) + " that count as a gain");
    return ActionReport.of(
        restarted.map(ActionReport::result).filter(r -> r != Result.DONE).orElse(measured),
        restarted.map(r -> r.detail() + "; " + how).orElse(how),
        numbersBefore,
        numbersAfter);
  }
}
