package dev.healing.api;

/**
 * How likely an action is to heal a problem, and why we think so.
 *
 * @param value 0 to 0.95; 0.5 without history
 * @param attempts how often it was tried on this problem
 * @param healed how often that healed it
 * @param reason in words, with the evidence
 */
public record Confidence(double value, long attempts, long healed, String reason) {
  /** Nothing healed so surely that it could not fail next time. */
  public static final double MAX = 0.95;

  /** What is thought of an action that was never tried on the problem. */
  public static final Confidence UNKNOWN = new Confidence(0.5, 0, 0, "never tried on this problem");

  /** Validates. */
  public Confidence {
    if (!(value >= 0 && value <= MAX)) {
      throw new IllegalArgumentException("confidence " + value + ": expected 0 to " + MAX);
    }
    if (attempts < 0 || healed < 0 || healed > attempts) {
      throw new IllegalArgumentException("confidence: " + healed + " healed of " + attempts);
    }
  }
}
