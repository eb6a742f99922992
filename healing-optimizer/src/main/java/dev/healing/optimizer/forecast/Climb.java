package dev.healing.optimizer.forecast;

/**
 * A rise as there was none before: how likely it goes on to the end. What has risen far, evenly,
 * and has little left is likely to; what has just begun is likely to end first.
 */
final class Climb {
  /** A third of a rise may be so much slower than the whole. */
  private static final double EVEN = 0.5;

  /** Below this there is no time to wait for more. */
  private static final int URGENT_SECONDS = 2000;

  private static final double POWER = 3;
  private static final double URGENT_POWER = 1.5;
  private static final int[] LENGTHS = {6, 12, 24, 48, 96};

  /** Of the time that it takes at the present pace; and how likely each is. */
  private static final double[] SPREAD = {0.6, 0.8, 1, 1.3, 1.8};

  private static final double[] SPREAD_WEIGHT = {0.12, 0.23, 0.3, 0.23, 0.12};

  /** Until so much is known, less is believed: it may be the rise of every day. */
  private static final double KNOWN = 40 * Highs.HOUR;

  /** A rise to the end that is less than so much higher than one before is nothing new. */
  private static final double NEW_FROM = 0.5;

  /** What is nothing new at all is believed so much less. */
  private static final double NOT_NEW = 0.75;

  private final Outline past;
  private final double seen;
  private final double value;
  private double probability;
  private double seconds = Double.POSITIVE_INFINITY;

  Climb(Outline past, Recent recent, double value) {
    this.past = past;
    this.value = value;
    seen = past.highestRiseBefore();
    int third = 600;
    consider(
        recent.mean(3 * third),
        recent.mean(2 * third),
        recent.mean(third),
        recent.mean(0),
        3 * third);
    float[] top = past.top;
    int now = past.now;
    for (int length : LENGTHS) {
      if (now >= length) {
        consider(
            top[now - length],
            top[now - 2 * length / 3],
            top[now - length / 3],
            top[now],
            length * Highs.SECONDS);
      }
    }
    probability *= Math.min(1, past.top.length / KNOWN);
  }

  /** Four values, evenly spaced; the most believable of all rises counts. */
  private void consider(double a, double b, double c, double d, double length) {
    double mean = (d - a) / 3;
    double least = Math.min(d - c, Math.min(c - b, b - a));
    if (!(mean > 0) || !(least >= EVEN * mean)) { // also where one of them is missing
      return;
    }
    double left = Math.max(1e-4, 1 - value);
    double time = left / (Math.max(mean, d - c) * 3 / length);
    int buckets = (int) (length / Highs.SECONDS);
    double risen = d - Math.min(a, past.lowest(past.now - 2 * buckets, past.now));
    double believed =
        Math.pow(risen / (risen + left), time < URGENT_SECONDS ? URGENT_POWER : POWER);
    double higher = seen == 0 ? NEW_FROM : (risen + left) / seen - 1;
    believed *= Math.max(NOT_NEW, Math.min(1, NOT_NEW + (1 - NOT_NEW) * higher / NEW_FROM));
    if (believed > probability) {
      probability = believed;
      seconds = time;
    }
  }

  Times times() {
    Times times = new Times(SPREAD.length + 1);
    for (int i = 0; i < SPREAD.length; i++) {
      times.add(seconds * SPREAD[i], probability * SPREAD_WEIGHT[i]);
    }
    times.add(Double.POSITIVE_INFINITY, 1 - probability);
    return times;
  }
}
