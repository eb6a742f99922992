package dev.healing.core.guard;

import dev.healing.api.ActionId;
import dev.healing.api.Autonomy;
import dev.healing.api.HealingPlan;
import dev.healing.api.IssueType;
import dev.healing.api.Origin;
import dev.healing.api.Standing;
import dev.healing.api.Verdict;
import dev.healing.spi.Guard;
import dev.healing.spi.Proposal;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/**
 * The operator's ceiling, less what an action has lost by making this type of issue worse. It can
 * only take away; what is earned back is the ceiling at most.
 *
 * <p>The knowledge base keeps for good what was lost, and says when it is earned back; but it
 * learns on a worker, and may be lost or unable to answer. So for a day the journal's word is
 * enough.
 *
 * @param ceilings the operator's for each action
 */
record EarnedAutonomy(Function<ActionId, Autonomy> ceilings) implements Guard {
  static final String NAME = "standing";

  private static final Duration LATELY = Duration.ofDays(1);

  @Override
  public Verdict judge(Proposal proposal) {
    HealingPlan.Step step = proposal.plan().next();
    ActionId action = step.action().id();
    Optional<Standing> lost =
        step.standing().filter(standing -> standing.below() > 0).or(() -> lately(proposal, action));
    Autonomy ceiling = ceilings.apply(action);
    Autonomy left = lost.map(standing -> standing.of(ceiling)).orElse(ceiling);
    if (lost.isEmpty() || left == ceiling) {
      String known = step.standing().map(s -> ": " + s.reason()).orElse("");
      return Verdict.proceed(action + " has what its ceiling allows" + known);
    }
    String is = left.name().toLowerCase(Locale.ROOT) + ", since " + lost.orElseThrow().reason();
    if (proposal.origin() != Origin.AUTOMATIC) {
      return Verdict.proceed("asked for, although " + is);
    }
    return left == Autonomy.CONFIRM
        ? Verdict.confirm(is)
        : Verdict.deny(is + ": done only on request (heal " + proposal.incident().id() + ")");
  }

  private static Optional<Standing> lately(Proposal proposal, ActionId action) {
    IssueType type = proposal.incident().issue().type();
    return proposal
        .history()
        .lastWorse(type, action)
        .filter(worse -> worse.age().compareTo(LATELY) < 0)
        .map(worse -> new Standing(1, action + " has made " + type + " worse within the last day"));
  }
}
