package dev.healing.api;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What the engine decided about an incident, with everything needed to explain it afterwards.
 *
 * @param at when
 * @param plan what was proposed, with the alternatives
 * @param judgements what every guard said
 * @param verdict the one that counts
 * @param preview exactly what would be done, where it came that far
 */
public record Decision(
    Instant at,
    HealingPlan plan,
    List<Judgement> judgements,
    Verdict verdict,
    Optional<Preview> preview) {
  /**
   * One guard's answer.
   *
   * @param guard its name
   * @param verdict what it said
   */
  public record Judgement(String guard, Verdict verdict) {}

  /** Copies. */
  public Decision {
    judgements = List.copyOf(judgements);
  }
}
