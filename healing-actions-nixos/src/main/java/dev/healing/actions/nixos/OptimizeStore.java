package dev.healing.actions.nixos;

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
import dev.healing.spi.CommandRunner;
import dev.healing.spi.Execution;
import dev.healing.spi.HealingAction;
import dev.healing.spi.HostContext;
import dev.healing.spi.PreparedAction;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Makes equal files of the Nix store share their room on disk. */
public final class OptimizeStore implements HealingAction {
  private static final ActionDescription DESCRIPTION =
      new ActionDescription(
          ActionId.OPTIMIZE_STORE,
          "lets equal files of the Nix store share their room on disk",
          Set.of(IssueType.DISK_FULL),
          Risk.LOW,
          Set.of(Privilege.MANAGE_NIX_STORE),
          true,
          ActionDescription.IRREVERSIBLE,
          Duration.ofSeconds(1),
          Duration.ofMinutes(60));

  private final NixStore store;

  private OptimizeStore(HostContext host) {
    this.store = new NixStore(host);
  }

  /** Makes it. */
  public static final class Provider implements ActionProvider {
    @Override
    public String name() {
      return DESCRIPTION.id().name();
    }

    @Override
    public HealingAction create(HostContext context) {
      return new OptimizeStore(context);
    }
  }

  @Override
  public ActionDescription description() {
    return DESCRIPTION;
  }

  @Override
  public Optional<String> unavailable() {
    return store.unavailable();
  }

  @Override
  public PreparedAction prepare(Issue issue, HostState state) {
    Checks.treats(DESCRIPTION, issue);
    Checks.refuseIf(unavailable());
    String mount = issue.components().first();
    store.requireOn(mount);
    Checks.refuseIf(store.busy());
    Preview preview =
        Preview.of(
            mount,
            "nix-store",
            Duration.ofMinutes(5),
            store.facts(),
            "nix-store --optimise: equal files of " + NixStore.STORE + " become hard links");
    return new Prepared(preview, execution -> execute(preview, execution));
  }

  private ActionReport execute(Preview preview, Execution execution) {
    store.requireUnchanged(preview.facts(), store.facts());
    double before = store.availableBytes();
    CommandRunner.Result done = store.run(execution.remaining(), "nix-store", "--optimise");
    double after = store.availableBytes();
    Map<String, Double> was = Map.of("available.bytes", before);
    Map<String, Double> is = Map.of("available.bytes", after);
    if (!done.ok()) {
      return ActionReport.of(Result.FAILED, "nix-store --optimise: " + done.complaint(), was, is);
    }
    return ActionReport.of(
        after > before ? Result.DONE : Result.NOTHING_GAINED,
        "optimised: " + Checks.size(Math.max(0, after - before)) + " more room",
        was,
        is);
  }
}
