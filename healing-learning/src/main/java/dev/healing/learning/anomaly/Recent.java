package dev.healing.learning.anomaly;

/** The latest values of a series, and what they look like together. */
final class Recent {
  private static final int KEPT = 96;

  /** Written twice, {@value #KEPT} apart, so that the latest are always in one piece. */
  private final double[] values = new double[2 * KEPT];

  private int next;
  private int seen;

  void add(double value) {
    values[next] = value;
    values[next + KEPT] = value;
    next = (next + 1) % KEPT;
    seen = Math.min(seen + 1, KEPT);
  }

  boolean full() {
    return seen == KEPT;
  }

  /** The mean change from one value to the next, of the latest so many changes. */
  double activity(int changes) {
    int end = next + KEPT;
    double sum = 0;
    for (int i = end - changes; i < end; i++) {
      sum += Math.abs(values[i] - values[i - 1]);
    }
    return sum / changes;
  }

  /** By how much the mean of the latest half differs from that of the half before. */
  double shift() {
    double sum = 0;
    for (int i = next; i < next + KEPT / 2; i++) {
      sum += values[i + KEPT / 2] - values[i];
    }
    return Math.abs(sum) / (KEPT / 2);
  }
}
