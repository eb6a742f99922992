package dev.healing.api;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * Something worth doing before it is an issue.
 *
 * @param id what people type
 * @param type what kind of improvement
 * @param action the remedy; absent where it is for a person to do, as {@code advice} says
 * @param issue the evidence, of a type that the remedy treats
 * @param priority 1 (nice) to 10 (urgent)
 * @param confidence 0 to 1, that the estimate is right
 * @param benefit what it is expected to bring, in words with numbers
 * @param safeToAutomate whether it may be done without a person
 * @param advice what a person would do
 * @param waits why it is not done by itself now; empty if it would be
 * @param last what came of it the last time; absent if it was never done
 */
public record Opportunity(
    String id,
    OptimizationType type,
    Optional<ActionId> action,
    Issue issue,
    int priority,
    double confidence,
    String benefit,
    boolean safeToAutomate,
    Optional<Advice> advice,
    String waits,
    Optional<Taken> last) {
  /**
   * A file for a person to put there, or not.
   *
   * @param path of the file
   * @param text its content
   * @param then what to do afterwards so that it holds, in words
   */
  public record Advice(String path, String text, String then) {}

  /**
   * What came of an opportunity that was taken.
   *
   * @param at when that was known
   * @param outcome as of its receipt
   * @param benefit estimated and actual, where it was measured
   */
  public record Taken(Instant at, Outcome outcome, Optional<Benefit> benefit) {}

  /** Validates. */
  public Opportunity {
    if (priority < 1 || priority > 10) {
      throw new IllegalArgumentException("priority " + priority + ": expected 1 to 10");
    }
    if (!(confidence >= 0 && confidence <= 1)) {
      throw new IllegalArgumentException("confidence " + confidence + ": expected 0 to 1");
    }
    if (action.isPresent() == advice.isPresent()) {
      throw new IllegalArgumentException("opportunity " + id + ": expected an action or an advice");
    }
    if (advice.isPresent() && safeToAutomate) {
      throw new IllegalArgumentException("opportunity " + id + ": an advice is for a person");
    }
  }

  /** One that an action takes, and that was never taken yet. */
  public Opportunity(
      String id,
      OptimizationType type,
      ActionId action,
      Issue issue,
      int priority,
      double confidence,
      String benefit,
      boolean safeToAutomate) {
    this(
        id,
        type,
        Optional.of(action),
        issue,
        priority,
        confidence,
        benefit,
        safeToAutomate,
        Optional.empty(),
        "",
        Optional.empty());
  }

  /** What opportunities are ranked by: priority times confidence. */
  public double score() {
    return priority * confidence;
  }

  /** What it is expected to bring, as a number; absent where that is not measured. */
  public Optional<Benefit> estimate() {
    return Benefit.of(issue.metrics(), Map.of());
  }

  /** The same with what was learned of it. */
  public Opportunity believed(double learned, Optional<Taken> lastTaken) {
    return new Opportunity(
        id,
        type,
        action,
        issue,
        priority,
        learned,
        benefit,
        safeToAutomate,
        advice,
        waits,
        lastTaken);
  }

  /** The same with what was measured of it. */
  public Opportunity measured(Issue evidence, String benefitInWords) {
    return new Opportunity(
        id,
        type,
        action,
        evidence,
        priority,
        confidence,
        benefitInWords,
        safeToAutomate,
        advice,
        waits,
        last);
  }

  /** The same, waiting for this; empty for nothing. */
  public Opportunity waiting(String forWhat) {
    return new Opportunity(
        id,
        type,
        action,
        issue,
        priority,
        confidence,
        benefit,
        safeToAutomate,
        advice,
        forWhat,
        last);
  }
}
