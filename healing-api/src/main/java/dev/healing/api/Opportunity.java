package dev.healing.api;

/**
 * Something worth doing before it is an issue.
 *
 * @param id what people type
 * @param type what kind of improvement
 * @param action the remedy
 * @param issue the evidence, of a type that the remedy treats
 * @param priority 1 (nice) to 10 (urgent)
 * @param confidence 0 to 1, that the estimate is right
 * @param benefit what it is expected to bring, in words with numbers
 * @param safeToAutomate whether it may be done without a person
 */
public record Opportunity(
    String id,
    OptimizationType type,
    ActionId action,
    Issue issue,
    int priority,
    double confidence,
    String benefit,
    boolean safeToAutomate) {
  /** Validates. */
  public Opportunity {
    if (priority < 1 || priority > 10) {
      throw new IllegalArgumentException("priority " + priority + ": expected 1 to 10");
    }
    if (!(confidence >= 0 && confidence <= 1)) {
      throw new IllegalArgumentException("confidence " + confidence + ": expected 0 to 1");
    }
  }

  /** What opportunities are ranked by: priority times confidence. */
  public double score() {
    return priority * confidence;
  }
}
