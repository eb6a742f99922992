package dev.healing.learning.anomaly;

/**
 * What the next value will be, by whichever of three averages was right most lately: the latest
 * values, the same time on other days, the same time in other weeks. So a rhythm counts from when
 * it predicts better than none, and a new level is learned.
 */
final class Expectation {
  private static final int DAY_SECONDS = 86_400;
  private static final int DAYS_A_WEEK = 7;

  /** How long the averages of a time of day, and of a time of the week, remember. */
  private static final double DAYS = 2;

  private static final double WEEKS = 2;
  private static final double ERROR_PACE = 0.005;

  private final int bucketSeconds;
  private final int memoryRows;
  private final double[] ofDay;
  private final int[] daySeen;
  private final double[] ofWeek;
  private final int[] weekSeen;
  private double mean;
  private double meanError;
  private double dayError;
  private double weekError;
  private long seen;
  private long latest;

  private Expectation(int bucketSeconds, int memoryRows) {
    this.bucketSeconds = bucketSeconds;
    this.memoryRows = memoryRows;
    int buckets = bucketSeconds == 0 ? 0 : DAY_SECONDS / bucketSeconds;
    ofDay = new double[buckets];
    daySeen = new int[buckets];
    ofWeek = new double[buckets * DAYS_A_WEEK];
    weekSeen = new int[buckets * DAYS_A_WEEK];
  }

  /** Of a series that may have a rhythm, known to so many seconds. */
  static Expectation withRhythm(int bucketSeconds, int memoryRows) {
    return new Expectation(bucketSeconds, memoryRows);
  }

  /** The mean of the latest rows, whatever the time. */
  static Expectation ofLatest(int memoryRows) {
    return new Expectation(0, memoryRows);
  }

  /** By how much the value differs from what was expected; learns it. 0 for the first. */
  double surplus(long second, double value) {
    double surplus = seen == 0 ? 0 : ofDay.length == 0 ? value - mean : rhythmic(second, value);
    learn(second, value);
    return surplus;
  }

  private double rhythmic(long second, double value) {
    int day = dayBucket(second);
    int week = weekBucket(second);
    double byDay = daySeen[day] > 0 ? ofDay[day] : Double.NaN;
    double byWeek = weekSeen[week] > 0 ? ofWeek[week] : Double.NaN;
    double expected = mean;
    double least = meanError;
    if (!Double.isNaN(byDay) && dayError < least) {
      expected = byDay;
      least = dayError;
    }
    if (!Double.isNaN(byWeek) && weekError < least) {
      expected = byWeek;
    }
    double ofMean = Math.abs(value - mean);
    double ofDay = Double.isNaN(byDay) ? ofMean : Math.abs(value - byDay);
    double ofWeek = Double.isNaN(byWeek) ? ofDay : Math.abs(value - byWeek);
    double pace = Math.max(ERROR_PACE, 1.0 / (seen + 1));
    meanError += pace * (ofMean - meanError);
    dayError += pace * (ofDay - dayError);
    weekError += pace * (ofWeek - weekError);
    return value - expected;
  }

  private void learn(long second, double value) {
    long gap = seen == 0 ? bucketSeconds : Math.max(1, second - latest);
    latest = second;
    seen++;
    mean += (value - mean) / Math.min(seen, memoryRows);
    if (ofDay.length > 0) {
      double share = Math.min(1.0, (double) gap / bucketSeconds);
      learn(ofDay, daySeen, dayBucket(second), value, share / DAYS);
      learn(ofWeek, weekSeen, weekBucket(second), value, share / WEEKS);
    }
  }

  private static void learn(double[] means, int[] counts, int bucket, double value, double pace) {
    counts[bucket] = Math.min(counts[bucket] + 1, Integer.MAX_VALUE - 1);
    means[bucket] += Math.max(1.0 / counts[bucket], pace) * (value - means[bucket]);
  }

  private int dayBucket(long second) {
    return (int) (Math.floorMod(second, (long) DAY_SECONDS) / bucketSeconds);
  }

  private int weekBucket(long second) {
    return (int) (Math.floorMod(second, (long) DAY_SECONDS * DAYS_A_WEEK) / bucketSeconds);
  }
}
