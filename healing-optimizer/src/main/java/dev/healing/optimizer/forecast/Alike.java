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
  private final Growth growth;
  private final double noise;
  private final double[] distance = new double[MOST];
  private final int[] moment = new int[MOST];
  private final double[] highest = new double[MOST];
  private final double[][] risen = new double[MOST][]; // when it is asked for
  private int size;

  /** Finds them, for whatever may be left. */
  Alike(Outline past) {
    this.past = past;
    growth = new Growth(past);
    noise = past.noise();
    find();
    for (int i = 0; i < size; i++) {
      int end = moment[i] + known(moment[i]);
      highest[i] = past.highest(end - Highs.DAY, end);
    }
  }

  /** So far apart, squared, something counts as half the same. */
  private double allowed(double left) {
    return square(DIFFERS * left + DIFFERS_NOISE * noise);
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
  private double count(double left) {
    double allowed = allowed(left);
    double count = 0;
    for (int i = 0; i < size; i++) {
      count += allowed / (allowed + distance[i]);
    }
    return count;
  }

  /** How far what came of them is to be believed: 0 (nothing was like it) to 1. */
  double likeness(double left) {
    double count = count(left);
    return count / (count + HALF);
  }

  /** How long it took from each of them to rise by what is left now. */
  Times times(double left) {
    double allowed = allowed(left);
    Times times = new Times(MOST);
    for (int i = 0; i < size; i++) {
      double part = size == 1 ? 0.5 : (double) i / (size - 1);
      double buckets = passage(i, left, growth.perBucket(part));
      times.add(buckets * Highs.SECONDS, 1 / (allowed + distance[i]));
    }
    return times;
  }

  /** Of how many buckets after a moment it is known what came. */
  private int known(int moment) {
    return Math.min(past.now - moment, Highs.DAY);
  }

  private double passage(int one, double left, double growth) {
    int from = moment[one];
    int known = known(from);
    double faster = GOES_ON * (past.rise(past.now) - past.rise(from)) / Outline.longRise();
    double lower = past.belowRecord(from) - past.belowRecord(past.now);
    double needed = left + FROM_RECORD * Math.max(0, lower);
    double[] most = risen[one] == null ? risen(from, known, faster) : risen[one];
    risen[one] = most;
    if (known > 0 && most[known] >= needed) {
      return first(most, needed);
    }
    double rest = needed - (highest[one] - past.top[from]) - faster * Math.min(known, GOES_ON_FOR);
    return growth > 0 ? known + Math.max(0, rest) / growth : Double.POSITIVE_INFINITY;
  }

  /** The most that it had risen until so many buckets after a moment. */
  private double[] risen(int from, int known, double faster) {
    float[] top = past.top;
    double[] most = new double[known + 1];
    most[0] = Double.NEGATIVE_INFINITY;
    for (int i = 1; i <= known; i++) {
      double risen = top[from + i] - top[from] + faster * Math.min(i, GOES_ON_FOR);
      most[i] = risen > most[i - 1] ? risen : most[i - 1]; // what is not known is none
    }
    return most;
  }

  /** The first that is enough, of what never gets less and is enough in the end. */
  private static int first(double[] most, double needed) {
    int low = 1;
    int high = most.length - 1;
    while (low < high) {
      int middle = (low + high) / 2;
      if (most[middle] >= needed) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }
}
