package dev.healing.optimizer;

import dev.healing.api.ActionId;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.OptimizationType;
import dev.healing.api.Severity;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * More system generations than anybody will go back to. No action of ours deletes generations, so
 * this is advice for a person; {@code garbage_collect} is what removes the packages that become
 * dead by it.
 */
final class GenerationFinder implements Finder {
  private static final int LEAST_PRIORITY = 4;
  private static final long GENERATIONS_PER_PRIORITY = 10;
  private static final double CONFIDENCE = 0.8;

  private final NixStore store;
  private final int keep;

  GenerationFinder(NixStore store, int keep) {
    this.store = store;
    this.keep = keep;
  }

  @Override
  public OptimizationType type() {
    return OptimizationType.GENERATION_CLEANUP;
  }

  @Override
  public Findings look(HostState state) {
    Optional<String> mount = NixStore.mount(state);
    OptionalLong counted = store.systemGenerations();
    if (mount.isEmpty() || counted.isEmpty()) {
      return Findings.UNREADABLE;
    }
    long generations = counted.getAsLong();
    if (generations <= keep) {
      return Findings.nothingAbout(mount.get());
    }
    long surplus = generations - keep;
    String description =
        generations + " system generations, " + surplus + " more than the " + keep + " to keep";
    Issue issue =
        Issue.of(
            state.at(),
            IssueType.DISK_FULL,
            Severity.LOW,
            description,
            Map.of("nix.system.generations.count", (double) generations),
            Set.of(mount.get()));
    return Findings.of(
        mount.get(),
        Estimate.opportunity(
            type(),
            ActionId.GARBAGE_COLLECT,
            issue,
            (int)
                Math.min(Estimate.MOST_URGENT, LEAST_PRIORITY + surplus / GENERATIONS_PER_PRIORITY),
            CONFIDENCE,
            description + ": each keeps its own packages from being collected; " + advice(),
            false));
  }

  @Override
  public Optional<String> byHand() {
    return Optional.of("no action deletes generations: " + advice());
  }

  private String advice() {
    return "to thin them, type: nix-env --profile /nix/var/nix/profiles/system"
        + " --delete-generations +"
        + keep
        + "; what only they referred to goes with the next garbage_collect";
  }
}
