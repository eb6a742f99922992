package dev.healing.core;

import dev.healing.api.ActionId;
import dev.healing.api.Autonomy;
import dev.healing.api.HealingPlan;
import dev.healing.api.IssueType;
import dev.healing.api.Origin;
import dev.healing.api.Standing;
import dev.healing.api.Verdict;
import dev.healing.spi.Guard;
import dev.healing.spi.Proposal;
import dev.healing.spi.TimeSource;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The operator's ceiling, less what an action has lost by making this type of issue worse. It can
 * only take away; what is earned back is the ceiling at most.
 *
 * <p>The knowledge base keeps for good what was lost, and says when it is earned back; but it
 * learns on a worker. So what made something worse lately is remembered here as well: what is
 * decided meanwhile does not wait for that. Belongs to the engine's thread.
 */
final class EarnedAutonomy implements Guard {
  static final String NAME = "standing";

  private static final Duration LATELY = Duration.ofDays(1);

  private record Pair(IssueType type, ActionId action) {}

  private final TimeSource time;
  private final Map<Pair, Long> harmedAtNanos = new HashMap<>();
  private Function<ActionId, Autonomy> ceilings = action -> Autonomy.OBSERVE;

  EarnedAutonomy(TimeSource time) {
    this.time = time;
  }

  /** Goes on with these ceilings: the operator's for each action. */
  EarnedAutonomy with(Function<ActionId, Autonomy> newCeilings) {
    ceilings = newCeilings;
    return this;
  }

  /** An action has made it worse. */
  void harmed(IssueType type, ActionId action) {
    harmedAtNanos.put(new Pair(type, action), time.monotonicNanos());
  }

  @Override
  public Verdict judge(Proposal proposal) {
    HealingPlan.Step step = proposal.plan().next();
    ActionId action = step.action().id();
    Optional<Standing> lost =
        step.standing()
            .filter(standing -> standing.below() > 0)
            .or(() -> lately(proposal.incident().issue().type(), action));
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

  private Optional<Standing> lately(IssueType type, ActionId action) {
    Long at = harmedAtNanos.get(new Pair(type, action));
    return at != null && time.monotonicNanos() - at < LATELY.toNanos()
        ? Optional.of(new Standing(1, action + " has made " + type + " worse within the last day"))
        : Optional.empty();
  }
}
