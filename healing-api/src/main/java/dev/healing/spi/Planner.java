package dev.healing.spi;

import dev.healing.api.ActionDescription;
import dev.healing.api.Confidence;
import dev.healing.api.HealingPlan;
import dev.healing.api.HostState;
import dev.healing.api.Incident;
import dev.healing.api.SelfRecovery;
import dev.healing.api.Standing;
import java.util.List;
import java.util.Optional;

/**
 * Chooses remedies. Called on a worker, one call at a time; quick, and without side effects. In the
 * place of one that throws, or takes longer than {@code plugins.deadline}, the built-in one plans.
 */
public interface Planner {
  /**
   * A remedy that could be chosen.
   *
   * @param action what it says of itself
   * @param confidence how likely it is to heal this problem
   * @param unavailable why it cannot be used, if it can't: not applicable, privileges missing,
   *     refused a moment ago
   * @param leftAlone what becomes of the problem if nothing is done now; absent if that is not
   *     known, or if waiting is out of the question
   * @param standing how far it may go by itself on this type of issue, if it has lost anything
   */
  record Candidate(
      ActionDescription action,
      Confidence confidence,
      Optional<String> unavailable,
      Optional<SelfRecovery> leftAlone,
      Optional<Standing> standing) {
    /** Where waiting is out of the question, and of an action that has lost nothing. */
    public Candidate(
        ActionDescription action, Confidence confidence, Optional<String> unavailable) {
      this(action, confidence, unavailable, Optional.empty(), Optional.empty());
    }

    /** P(recovers | action) - P(recovers | left alone): what the action itself is good for. */
    public double uplift() {
      return confidence.value() - leftAlone.map(SelfRecovery::value).orElse(0.0);
    }

    /**
     * Whether the action is known to heal no more often than waiting does: by less than 0.05, of
     * what is fairly sure to pass by itself now and then.
     */
    public boolean needless() {
      return uplift() < 0.05 && leftAlone.filter(alone -> alone.lower() >= 0.1).isPresent();
    }
  }

  /**
   * The plan for an incident.
   *
   * @param candidates all actions that treat this type of issue
   */
  HealingPlan plan(Incident incident, HostState state, List<Candidate> candidates);
}
