package dev.healing.optimizer.forecast;

/** What a series looked like at each ten minutes of its past; the last is now. */
final class Outline {
  private static final int SHORT = Highs.HOUR / 2;
  private static final int LONG = 3 * Highs.HOUR;

  /** A rise within less than this of another is the same one. */
  private static final int ONE_RISE = 3 * Highs.HOUR;

  private static final int RISES = 4;
  private static final double MOST_FALLEN = 0.2;

  final float[] top;
  final int now;

  /** The highest so far, and the lowest of the last day, at each. */
  private final float[] record;

  private final float[] low;

  /** The most that it ever was below the highest before. */
  private float fallen;

  private double highestRise = Double.NaN; // until it is asked for

  Outline(float[] top) {
    this.top = top;
    now = top.length - 1;
    record = new float[top.length];
    low = new float[top.length];
    float highest = Float.NEGATIVE_INFINITY;
    int[] lowest = new int[top.length]; // a queue of what may still become the lowest
    int head = 0;
    int tail = 0;
    for (int i = 0; i < top.length; i++) {
      if (!Float.isNaN(top[i])) {
        highest = Math.max(highest, top[i]);
        fallen = Math.max(fallen, highest - top[i]);
        while (tail > head && top[lowest[tail - 1]] >= top[i]) {
          tail--;
        }
        lowest[tail++] = i;
      }
      while (tail > head && lowest[head] < i - Highs.DAY) {
        head++;
      }
      record[i] = highest;
      low[i] = tail > head ? top[lowest[head]] : Float.NaN;
    }
  }

  /** The first from which on it can be said what something looked like. */
  int first() {
    return LONG;
  }

  double rise(int i) {
    return top[i] - top[i - LONG];
  }

  /** As a rise of an hour. */
  double suddenRise(int i) {
    return 2 * (top[i] - top[i - SHORT]);
  }

  double aboveLow(int i) {
    return top[i] - low[i];
  }

  double belowRecord(int i) {
    return record[i] - top[i];
  }

  /** The highest of all. */
  double record() {
    return record[now];
  }

  /** The highest rise within a day that was over half a day ago. */
  double highestRiseBefore() {
    if (Double.isNaN(highestRise)) {
      double highest = 0;
      for (int i = 0; i <= now - Highs.DAY / 2; i++) {
        highest = Math.max(highest, aboveLow(i) >= 0 ? aboveLow(i) : 0);
      }
      highestRise = highest;
    }
    return highestRise;
  }

  static int longRise() {
    return LONG;
  }

  /** From the lowest to the highest of the last day. */
  double swing() {
    return highest(now - Highs.DAY, now) - low[now];
  }

  /** How much one differs from the next, when nothing particular happens. */
  double noise() {
    double sum = 0;
    int n = 0;
    for (int i = Math.max(1, now - Highs.DAY); i <= now; i++) {
      double change = Math.abs(top[i] - top[i - 1]);
      if (change >= 0) {
        sum += Math.sqrt(change); // so that a few large ones do not count for much
        n++;
      }
    }
    return n == 0 ? 0 : (sum / n) * (sum / n);
  }

  double highest(int from, int to) {
    double highest = Double.NEGATIVE_INFINITY;
    for (int i = Math.max(0, from); i <= to; i++) {
      highest = top[i] > highest ? top[i] : highest;
    }
    return highest;
  }

  double lowest(int from, int to) {
    double lowest = Double.POSITIVE_INFINITY;
    for (int i = Math.max(0, from); i <= to; i++) {
      lowest = top[i] < lowest ? top[i] : lowest;
    }
    return lowest;
  }

  /** Whether it rose several times, by what could fill what is left, and gave hardly any back. */
  boolean onlyGrows(double left) {
    if (!(fallen < MOST_FALLEN * (record[now] - record[0]))) {
      return false;
    }
    int rises = 0;
    int last = -ONE_RISE;
    float level = record[0];
    for (int i = 1; i <= now; i++) {
      if (record[i] >= level + left / 2) {
        rises += i - last >= ONE_RISE ? 1 : 0;
        last = i;
        level = record[i];
      }
    }
    return rises >= RISES;
  }
}
