package dev.healing.actions.nixos.nix;

import dev.healing.actions.nixos.Checks;
import dev.healing.actions.nixos.Prepared;
import dev.healing.api.ActionDescription;
import dev.healing.api.ActionId;
import dev.healing.api.ActionReport;
import dev.healing.api.HealingException;
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
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Switches the system to the last-known-good generation, or else the newest below the current one.
 * What makes the host no better undoes itself, by a dead-man's timer that is armed before. The
 * broken generation is kept, and never rolled back from or to again. Keys: {@code time-limit} (8m),
 * {@code better-for} (30s), {@code better-within} (2m).
 */
public final class RollbackGeneration implements HealingAction {
  private static final ActionDescription DESCRIPTION =
      new ActionDescription(
          ActionId.ROLLBACK_GENERATION,
          "switches the system back to the generation that was good",
          Set.of(IssueType.GENERATION_BROKEN),
          Risk.CRITICAL,
          Set.of(Privilege.MANAGE_NIX_STORE, Privilege.MANAGE_UNITS),
          false,
          "switch to the generation again that was left, which is kept",
          Duration.ofSeconds(10),
          Duration.ofMinutes(20));

  private final HostContext host;
  private final NixStore store;
  private final Generations generations;
  private final RollbackHistory history;
  private final RollbackUnits units;

  private RollbackGeneration(HostContext host) {
    this.host = host;
    store = new NixStore(host);
    generations = new Generations(host, store);
    history = new RollbackHistory(host);
    units = new RollbackUnits(host);
  }

  /** Makes it. */
  public static final class Provider implements ActionProvider {
    @Override
    public String name() {
      return DESCRIPTION.id().name();
    }

    @Override
    public HealingAction create(HostContext context) {
      return new RollbackGeneration(context);
    }
  }

  @Override
  public ActionDescription description() {
    return DESCRIPTION;
  }

  @Override
  public Optional<String> unavailable() {
    Optional<String> why = store.unavailable().or(units::unavailable);
    if (why.isPresent() || Files.isSymbolicLink(host.files().path(NixStore.PROFILE))) {
      return why;
    }
    return Optional.of("not applicable here: no system profile " + NixStore.PROFILE);
  }

  @Override
  public PreparedAction prepare(Issue issue, HostState state) {
    Checks.treats(DESCRIPTION, issue);
    Checks.refuseIf(unavailable());
    Checks.refuseIf(store.busy());
    Checks.refuseIf(units.undoFailed());
    int current = generations.current();
    String system = generations.system(current).orElseThrow(() -> gone(current));
    Checks.refuseIf(history.of(system).map(before -> leftBefore(current, before)));
    int target = generations.before(current, history.left());
    Rollback rollback =
        new Rollback(
            current,
            system,
            target,
            generations.system(target).orElseThrow(() -> gone(target)),
            new TreeSet<>(issue.explains()));
    boolean knownGood = generations.lastKnownGood().equals(Optional.of(rollback.system()));
    Preview preview =
        Preview.of(
            NixStore.PROFILE,
            "nix-store",
            units.betterFor().plusSeconds(30),
            facts(rollback),
            "arm "
                + RollbackUnits.TIMER
                + " before the switch from generation "
                + current
                + " to "
                + target
                + ": it has "
                + current
                + " switched to again unless the host is better without it",
            "point the system profile from generation "
                + current
                + " to "
                + target
                + (knownGood ? ", the last-known-good one" : ", the one before; none known good"),
            "run "
                + rollback.system()
                + Rollback.SCRIPT
                + " switch, in "
                + RollbackUnits.NAME
                + ", which outlives healing",
            "stop the timer once no other unit has failed and "
                + (rollback.blamed().isEmpty()
                    ? "none is in trouble"
                    : "one of " + String.join(", ", rollback.blamed()) + " is well")
                + " for "
                + units.betterFor().toSeconds()
                + " s; else undo it",
            "keep generation " + current);
    return new Prepared(preview, execution -> execute(preview, rollback, execution));
  }

  private static RefusedException gone(int generation) {
    return new RefusedException("generation " + generation + " is gone");
  }

  private String leftBefore(int generation, RollbackHistory.Entry before) {
    List<String> said = RollbackScripts.said(host, before.from(), before.to());
    return "generation "
        + generation
        + (before.from() == generation
            ? ""
            : ", the same system as generation " + before.from() + ",")
        + " was rolled back from before"
        + (said.isEmpty() ? "" : " (" + String.join("; ", said) + ")")
        + ": a second time is for a human";
  }

  private TreeMap<String, String> facts(Rollback rollback) {
    TreeMap<String, String> facts = store.facts();
    facts.put("current-generation", Integer.toString(generations.current()));
    facts.put("target-generation", Integer.toString(rollback.to()));
    facts.put("target-path", generations.system(rollback.to()).orElse("gone"));
    return facts;
  }

  private ActionReport execute(Preview preview, Rollback rollback, Execution execution) {
    store.requireUnchanged(preview.facts(), facts(rollback));
    Set<String> left = history.left();
    if (left.contains(rollback.left()) || left.contains(rollback.system())) {
      return ActionReport.refused(
          "generation " + rollback.from() + " or " + rollback.to() + " was left before");
    }
    if (execution.remaining().compareTo(units.longest()) < 0) {
      return ActionReport.refused("too little time is left to see what comes of it");
    }
    RollbackWatch watch = new RollbackWatch(host, rollback, units);
    units.arm(rollback);
    try {
      // Durable before the switch: if we die in it, it still counts as tried.
      history.add(rollback);
    } catch (HealingException e) {
      units.disarm();
      throw e;
    }
    execution.progress("switches to generation " + rollback.to());
    return watch.settled(begun(rollback), execution);
  }

  /** What there was to complain about. */
  private Optional<String> begun(Rollback rollback) {
    try {
      return units.run(rollback);
    } catch (HealingException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }
}
