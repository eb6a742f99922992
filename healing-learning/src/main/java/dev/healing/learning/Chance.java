package dev.healing.learning;

/** How likely chance alone does what was seen, or better. Both are never too small. */
final class Chance {
  private Chance() {}

  /**
   * That so many gaps between independent events vary so little: their coefficient of variation is
   * at most this.
   *
   * <p>Gaps of a Poisson process, as shares of the whole, are uniform on a simplex (Pyke, Spacings,
   * JRSS B 27, 1965), and those of a small variation are the ball around its middle: the ratio of
   * the two volumes. Exact while the ball does not reach beyond the simplex, and too large then.
   */
  static double ofGaps(int gaps, double variation) {
    int n = gaps - 1;
    if (n < 1) {
      return 1;
    }
    double radius = Math.max(1e-9, variation) / Math.sqrt(gaps);
    double log =
        n / 2.0 * Math.log(Math.PI)
            + n * Math.log(radius)
            - logGamma(n + 2)
            + logGamma(2 * n + 2)
            - Math.log(gaps) / 2;
    return Math.min(1, Math.exp(log));
  }

  /** That of so many trials of this probability at least so many succeed. */
  static double ofAtLeast(int successes, int trials, double probability) {
    double sum = 0;
    for (int k = successes; k <= trials; k++) {
      sum +=
          Math.exp(
              logGamma(2 * trials + 2)
                  - logGamma(2 * k + 2)
                  - logGamma(2 * (trials - k) + 2)
                  + k * Math.log(probability)
                  + (trials - k) * Math.log1p(-probability));
    }
    return Math.min(1, sum);
  }

  /** Of half of a whole number, at least 1. */
  private static double logGamma(int twice) {
    double log = twice % 2 == 0 ? 0 : Math.log(Math.PI) / 2;
    for (int factor = twice - 2; factor > 0; factor -= 2) {
      log += Math.log(factor / 2.0);
    }
    return log;
  }
}
