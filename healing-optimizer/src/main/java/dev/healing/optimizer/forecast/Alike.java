package dev.healing.optimizer.forecast;

/**
 * What came of it the other times when it looked like this. A rotation, a collection or a night
 * that is about to come is in there, without a name for any of them.
 */
final class Alike {
  /** So many of the past, none of them close to another. */
  static final int MOST = 12;

  /** Those within less are one event. */
  private static final int APART = 2 * Highs.HOUR;

  /** So many that are the same are believed as much as none is. */
  private static final double HALF = 1;

  private static final double LESS = 0.5;

  /** By how much of what is left they may differ, and by how many times the noise. */
  private static final double DIFFERS = 0.3;

  private static final double DIFFERS_NOISE = 3;

  /** How much of a rise that is faster now than it was then goes on, and for how long. */
  private static final double GOES_ON = 0.5;

  private static final int GOES_ON_FOR = 4 * Highs.HOUR;

  /** Of how much lower than now it was then, below the highest before: has to be risen as well. */
  private static final double FROM_RECORD = 0.5;

  private final Outline past;
  private final double left;

  /** So far apart, squared, something counts as half the same. */
  private final double allowed;

  private final double[] distance = new double[MOST];
  private final int[] moment = new int[MOST];
  private int size;

  Alike(Outline past, double left) {
    this.past = past;
    this.left = left;
    allowed = square(DIFFERS * left + DIFFERS_NOISE * past.noise());
    find();
  }

  private void find() {
    int now = past.now;
    if (now < past.first()) {
      return;
    }
    double sudden = past.suddenRise(now);
    double rise = past.rise(now);
    double aboveLow = past.aboveLow(now);
    double belowRecord = past.belowRecord(now);
    double swing = past.swing();
    double best = Double.MAX_VALUE;
    int bestAt = -1;
    for (int i = now - Highs.HOUR; i >= past.first(); i--) {
      double far =
          square(past.suddenRise(i) - sudden)
              + square(past.rise(i) - rise)
              + LESS * square(past.aboveLow(i) - aboveLow)
              + LESS * square(past.belowRecord(i) - belowRecord)
              + LESS * square(swing * apart(now - i));
      if (far < best) {
        best = far;
        bestAt = i;
      }
      if ((now - i) % APART == APART - 1 || i == past.first()) {
        keep(best, bestAt);
        best = Double.MAX_VALUE;
      }
    }
  }

  /** How far two moments are apart in the day, of a day. */
  private double apart(int buckets) {
    int within = buckets % Highs.DAY;
    return (double) Math.min(within, Highs.DAY - within) / Highs.DAY;
  }

  private static double square(double value) {
    return value * value;
  }

  private void keep(double far, int at) {
    if (far == Double.MAX_VALUE || size == MOST && far >= distance[MOST - 1]) {
      return;
    }
    int i = size < MOST ? size++ : MOST - 1;
    for (; i > 0 && distance[i - 1] > far; i--) {
      distance[i] = distance[i - 1];
      moment[i] = moment[i - 1];
    }
    distance[i] = far;
    moment[i] = at;
  }

  /** How many of them were as good as the same: each counts for the less, the less it was. */
  private double count() {
    double count = 0;
    for (int i = 0; i < size; i++) {
      count += allowed / (allowed + distance[i]);
    }
    return count;
  }

  /** How far what came of them is to be believed: 0 (nothing was like it) to 1. */
  double likeness() {
    double count = count();
    return count / (count + HALF);
  }

  /** How long it took from each of them to rise by what is left now. */
  Times times(Growth growth) {
    Times times = new Times(MOST);
    for (int i = 0; i < size; i++) {
      double part = size == 1 ? 0.5 : (double) i / (size - 1);
      times.add(
          passage(moment[i], growth.perBucket(part)) * Highs.SECONDS, 1 / (allowed + distance[i]));
    }
    return times;
  }

  private double passage(int from, double growth) {
    int known = Math.min(past.now - from, Highs.DAY);
    double faster = GOES_ON * (past.rise(past.now) - past.rise(from)) / Outline.longRise();
    double lower = past.belowRecord(from) - past.belowRecord(past.now);
    double needed = left + FROM_RECORD * Math.max(0, lower);
    float[] top = past.top;
    for (int i = 1; i <= known; i++) {
      if (top[from + i] - top[from] + faster * Math.min(i, GOES_ON_FOR) >= needed) {
        return i;
      }
    }
    double rest =
        needed
            - (past.highest(from + known - Highs.DAY, from + known) - top[from])
            - faster * Math.min(known, GOES_ON_FOR);
    return growth > 0 ? known + Math.max(0, rest) / growth : Double.POSITIVE_INFINITY;
  }
}
