package dev.healing.actions.nixos.nix;

import dev.healing.actions.nixos.Checks;
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
import dev.healing.api.RefusedException;
import dev.healing.api.Risk;
import dev.healing.spi.ActionProvider;
import dev.healing.spi.CommandRunner;
import dev.healing.spi.Execution;
import dev.healing.spi.HealingAction;
import dev.healing.spi.HostContext;
import dev.healing.spi.PreparedAction;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Marks the generation that runs as the last-known-good one, by a link that Nix itself makes and
 * that keeps all that it needs from being collected: what a rollback goes back to.
 */
public final class MarkGenerationGood implements HealingAction {
  private static final Duration LIMIT = Duration.ofMinutes(1);
  private static final ActionDescription DESCRIPTION =
      new ActionDescription(
          ActionId.MARK_GENERATION_GOOD,
          "marks the generation that runs as the one to go back to",
          Set.of(IssueType.GENERATION_UNMARKED),
          Risk.LOW,
          Set.of(Privilege.MANAGE_NIX_STORE),
          true,
          "point " + NixStore.LAST_KNOWN_GOOD + " to what it led to before",
          Duration.ofSeconds(1),
          LIMIT.multipliedBy(2));

  private final NixStore store;
  private final Generations generations;

  private MarkGenerationGood(HostContext host) {
    store = new NixStore(host);
    generations = new Generations(host, store);
  }

  /** Makes it. */
  public static final class Provider implements ActionProvider {
    @Override
    public String name() {
      return DESCRIPTION.id().name();
    }

    @Override
    public HealingAction create(HostContext context) {
      return new MarkGenerationGood(context);
    }
  }

  @Override
  public ActionDescription description() {
    return DESCRIPTION;
  }

  @Override
  public Optional<String> unavailable() {
    Optional<String> why = store.unavailable();
    if (why.isPresent() || generations.named().isPresent()) {
      return why;
    }
    return Optional.of("not applicable here: no system profile " + NixStore.PROFILE);
  }

  @Override
  public PreparedAction prepare(Issue issue, HostState state) {
    Checks.treats(DESCRIPTION, issue);
    Checks.refuseIf(unavailable());
    Checks.refuseIf(store.busy());
    int current = generations.current();
    String system =
        generations
            .system(current)
            .orElseThrow(() -> new RefusedException("generation " + current + " is gone"));
    Checks.require(
        store.target(NixStore.RUNNING).equals(Optional.of(system)),
        "generation " + current + " of the profile is not what runs: nobody knows how good it is");
    Preview preview =
        Preview.of(
            NixStore.LAST_KNOWN_GOOD,
            "nix-store",
            Duration.ofSeconds(1),
            facts(),
            "point "
                + NixStore.LAST_KNOWN_GOOD
                + " to generation "
                + current
                + ", "
                + system
                + ", instead of "
                + generations.lastKnownGood().orElse("nothing"));
    return new Prepared(preview, execution -> execute(preview, current, system, execution));
  }

  private TreeMap<String, String> facts() {
    TreeMap<String, String> facts = store.facts();
    facts.put("current-generation", Integer.toString(generations.current()));
    facts.put("marked", generations.lastKnownGood().orElse("nothing"));
    return facts;
  }

  private ActionReport execute(Preview preview, int current, String system, Execution execution) {
    store.requireUnchanged(preview.facts(), facts());
    Map<String, Double> before =
        generations
            .lastKnownGood()
            .flatMap(generations::of)
            .map(number -> Map.of("generation", (double) number))
            .orElse(Map.of());
    execution.progress("marks generation " + current);
    CommandRunner.Result marked =
        store.run(
            LIMIT,
            "nix-store",
            "--add-root",
            NixStore.LAST_KNOWN_GOOD,
            "--indirect",
            "--realise",
            system);
    if (!generations.lastKnownGood().equals(Optional.of(system))) {
      return ActionReport.failed(
          NixStore.LAST_KNOWN_GOOD + " does not lead to " + system + ": " + marked.complaint());
    }
    return ActionReport.of(
        Result.DONE,
        "generation " + current + " is the last-known-good one",
        before,
        Map.of("generation", (double) current));
  }
}
