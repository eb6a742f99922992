package dev.healing.spi;

import dev.healing.api.ActionDescription;
import dev.healing.api.Confidence;
import dev.healing.api.HealingPlan;
import dev.healing.api.HostState;
import dev.healing.api.Incident;
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
   */
  record Candidate(ActionDescription action, Confidence confidence, Optional<String> unavailable) {}

  /**
   * The plan for an incident.
   *
   * @param candidates all actions that treat this type of issue
   */
  HealingPlan plan(Incident incident, HostState state, List<Candidate> candidates);
}
