package dev.healing.optimizer;

import dev.healing.api.ActionId;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Metric;
import dev.healing.api.Opportunity;
import dev.healing.api.OptimizationType;
import dev.healing.api.Severity;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * More system generations than anybody will go back to: {@code thin_generations}. Which of them
 * really go the action works out; one that the boot menu lists stays, and until the menu is shorter
 * it refuses with that reason.
 */
final class GenerationFinder implements Finder {
  private static final Metric SURPLUS = Metric.of("nix.system.generations.surplus.count");
  private static final int LEAST_PRIORITY = 4;
  private static final long GENERATIONS_PER_PRIORITY = 10;
  private static final double CONFIDENCE = 0.8;

  private final NixStore store;
  private final int keep;
  private final Duration olderThan;

  GenerationFinder(NixStore store, int keep, Duration olderThan) {
    this.store = store;
    this.keep = keep;
    this.olderThan = olderThan;
  }

  @Override
  public OptimizationType type() {
    return OptimizationType.GENERATION_CLEANUP;
  }

  @Override
  public Findings look(HostState state) {
    Optional<String> mount = NixStore.mount(state);
    OptionalLong counted = store.systemGenerations(keep, state.at().minus(olderThan));
    if (mount.isEmpty() || counted.isEmpty()) {
      return Findings.UNREADABLE;
    }
    long surplus = counted.getAsLong();
    Map<String, Double> measured = Map.of(SURPLUS.toString(), (double) surplus);
    if (surplus == 0) {
      return Findings.nothingAbout(mount.get()).with(measured);
    }
    String description =
        "generations of the system that are older than "
            + olderThan.toDays()
            + " days and not among the "
            + keep
            + " newest: "
            + surplus;
    Issue issue =
        Issue.of(
            state.at(),
            IssueType.DISK_FULL,
            Severity.LOW,
            description,
            Estimate.less(SURPLUS, surplus),
            Set.of(mount.get()));
    Opportunity found =
        Estimate.opportunity(
            type(),
            ActionId.THIN_GENERATIONS,
            issue,
            (int)
                Math.min(Estimate.MOST_URGENT, LEAST_PRIORITY + surplus / GENERATIONS_PER_PRIORITY),
            CONFIDENCE,
            description
                + "; each keeps its own packages from being collected; what only they refer to goes"
                + " with the next garbage_collect",
            false);
    return Findings.of(mount.get(), found).with(measured);
  }
}
