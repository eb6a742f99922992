package dev.healing.actions.nixos.memory;

import dev.healing.actions.nixos.Checks;
import dev.healing.actions.nixos.MemAvailable;
import dev.healing.actions.nixos.Prepared;
import dev.healing.api.ActionDescription;
import dev.healing.api.ActionId;
import dev.healing.api.ActionReport;
import dev.healing.api.ActionReport.Result;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Preview;
import dev.healing.api.Privilege;
import dev.healing.api.Risk;
import dev.healing.spi.ActionProvider;
import dev.healing.spi.Execution;
import dev.healing.spi.HealingAction;
import dev.healing.spi.HostContext;
import dev.healing.spi.PreparedAction;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Gives memory back, the mildest first, and looks after each step whether it was enough: what
 * services have not used for long is swapped out ({@link Reclaim}, at most a quarter of all
 * memory); then the service that leaks is restarted ({@link LeakRestart}), before memory is short
 * only if that has healed before. Keys: {@code target} (memory in use down to which it frees,
 * default 80%), {@code swap} (whether swap is emptied in the end where memory has room for that,
 * {@link SwapCycle}, default off), and those of a leak and its restart.
 */
public final class FreeMemory implements HealingAction {
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
            Set.of(IssueType.MEMORY_HIGH, IssueType.PREDICTED_MEMORY_HIGH),
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
    MemAvailable memory = MemAvailable.read(host);
    double down = Checks.target(target, issue);
    Checks.require(
        memory.usedFraction() > down,
        "no more than " + Math.round(down * 100) + " % of memory is in use: nothing to free");
    Relief relief = Relief.find(host, leaks, issue, state, memory, down);
    Preview preview = relief.preview(memory, swap.map(SwapCycle::steps).orElse(List.of()));
    return new Prepared(preview, execution -> execute(preview, relief, execution));
  }

  private ActionReport execute(Preview preview, Relief relief, Execution execution) {
    ActionReport freed = relief.run(preview, execution);
    boolean worked = freed.result() == Result.DONE || freed.result() == Result.NOTHING_GAINED;
    return swap.isPresent() && worked ? emptySwap(freed, swap.get(), execution) : freed;
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
}
