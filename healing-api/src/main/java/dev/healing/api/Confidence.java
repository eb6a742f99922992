package dev.healing.api;

/**
 * How likely an action is to heal a problem, and why we think so. With a probability of 90 % the
 * truth is between {@code lower} and {@code upper}: choose by {@code value}, trust by {@code
 * lower}.
 *
 * @param value the mean of what can be believed, 0 to 0.95; 0.5 without history
 * @param lower what it exceeds with a probability of 95 %; at most {@code value}
 * @param upper what it stays below with a probability of 95 %, to 1; at least {@code value}
 * @param attempts how often it was tried on this problem
 * @param healed how often that healed it
 * @param reason in words, with the evidence
 */
public record Confidence(
    double value, double lower, double upper, long attempts, long healed, String reason) {
  /** Nothing healed so surely that it could not fail next time. */
  public static final double MAX = 0.95;

  /** What is thought of an action that was never tried anywhere. */
  public static final Confidence UNKNOWN =
      new Confidence(0.5, 0.05, 0.95, 0, 0, "never tried on this problem");

  /** Validates. */
  public Confidence {
    if (!(value >= 0 && value <= MAX)) {
      throw new IllegalArgumentException("confidence " + value + ": expected 0 to " + MAX);
    }
    if (!(lower >= 0 && lower <= value && value <= upper && upper <= 1)) {
      throw new IllegalArgumentException(
          "confidence " + value + " between " + lower + " and " + upper + ": expected that order");
    }
    if (attempts < 0 || healed < 0 || healed > attempts) {
      throw new IllegalArgumentException("confidence: " + healed + " healed of " + attempts);
    }
  }
}
