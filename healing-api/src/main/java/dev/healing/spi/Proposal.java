package dev.healing.spi;

import dev.healing.api.HealingPlan;
import dev.healing.api.HostState;
import dev.healing.api.Incident;
import dev.healing.api.Origin;
import dev.healing.api.Preview;
import java.time.Instant;
import java.util.Optional;

/**
 * What a guard judges: the next step of a plan.
 *
 * @param at now
 * @param incident what it is about
 * @param plan whose next step is proposed; not empty
 * @param preview what exactly would be done; absent when the action has not been prepared yet
 * @param origin on whose word
 * @param state the newest look at the host
 * @param history what has been done before
 */
public record Proposal(
    Instant at,
    Incident incident,
    HealingPlan plan,
    Optional<Preview> preview,
    Origin origin,
    HostState state,
    ActionHistory history) {
  /** The target of the action as far as it is known: previewed, or the issue's components. */
  public String target() {
    return preview
        .map(Preview::target)
        .orElseGet(() -> String.join(",", plan.issue().components()));
  }
}
