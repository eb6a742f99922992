package dev.healing.learning;

import dev.healing.api.Confidence;

/**
 * A distribution of a probability, by its mean and variance, and the bounds that follow.
 *
 * <p>The bounds are quantiles of the Beta distribution with this mean and variance, to within 0.06
 * and rather too wide where it has a hump (Abramowitz and Stegun, Handbook of Mathematical
 * Functions, 26.5.22), and roughly where it rises towards 0 or 1 (Press, Teukolsky, Vetterling and
 * Flannery, Numerical Recipes, 3rd edition, section 6.14): a fraction of a microsecond, where exact
 * ones cost several.
 *
 * @param mean 0 to 1
 * @param variance of it
 */
record Belief(double mean, double variance) {
  /** One in twenty is beyond so many standard deviations. */
  private static final double ONE_IN_TWENTY = 1.6449;

  private static final double BEYOND = 0.05;

  /** The mean as it is shown. */
  double value() {
    return Math.min(Confidence.MAX, mean);
  }

  /** What the truth exceeds with a probability of 95 %; at most {@link #value}. */
  double lower() {
    return Math.min(value(), bound(-ONE_IN_TWENTY));
  }

  /** What the truth stays below with a probability of 95 %; at least {@link #value}. */
  double upper() {
    return Math.max(value(), bound(ONE_IN_TWENTY));
  }

  /** The quantile that is so many standard deviations away for a normal distribution. */
  private double bound(double deviations) {
    double strength = Math.max(0.1, mean * (1 - mean) / Math.max(1e-9, variance) - 1);
    double a = Math.max(1e-3, mean * strength);
    double b = Math.max(1e-3, (1 - mean) * strength);
    return a >= 1 && b >= 1
        ? humped(a, b, deviations)
        : steep(a, b, deviations > 0 ? 1 - BEYOND : BEYOND);
  }

  private static double humped(double a, double b, double deviations) {
    double inverseA = 1 / (2 * a - 1);
    double inverseB = 1 / (2 * b - 1);
    double lambda = (deviations * deviations - 3) / 6;
    double h = 2 / (inverseA + inverseB);
    double w =
        -deviations * Math.sqrt(h + lambda) / h
            - (inverseB - inverseA) * (lambda + 5 / 6.0 - 2 / (3 * h));
    return a / (a + b * Math.exp(2 * w));
  }

  private static double steep(double a, double b, double probability) {
    double left = Math.exp(a * Math.log(a / (a + b))) / a;
    double right = Math.exp(b * Math.log(b / (a + b))) / b;
    double all = left + right;
    return probability < left / all
        ? Math.pow(a * all * probability, 1 / a)
        : 1 - Math.pow(b * all * (1 - probability), 1 / b);
  }
}
