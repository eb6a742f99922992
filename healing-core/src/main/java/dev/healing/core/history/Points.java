package dev.healing.core.history;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * A series over some time, in steps; oldest first. A step in which nothing was measured has no
 * point. Immutable.
 */
public final class Points {
  private final long firstSecond;
  private final int stepSeconds;
  private final int[] steps;
  private final double[] lowest;
  private final double[] average;
  private final double[] highest;
  private final List<String> damaged;

  private Points(Collector from, int size, List<String> damaged) {
    this.firstSecond = from.firstSecond;
    this.stepSeconds = from.stepSeconds;
    this.damaged = List.copyOf(damaged);
    steps = new int[size];
    lowest = new double[size];
    average = new double[size];
    highest = new double[size];
    int to = 0;
    for (int i = 0; i < from.weight.length; i++) {
      if (from.weight[i] > 0) {
        steps[to] = i;
        lowest[to] = from.lowest[i];
        highest[to] = from.highest[i];
        average[to] = Math.max(lowest[to], Math.min(highest[to], from.mean[i]));
        to++;
      }
    }
  }

  /** How many points there are. */
  public int size() {
    return steps.length;
  }

  /** How long a step is. */
  public Duration step() {
    return Duration.ofSeconds(stepSeconds);
  }

  /** When the step of a point begins. */
  public Instant at(int i) {
    return Instant.ofEpochSecond(firstSecond + (long) steps[i] * stepSeconds);
  }

  /** The lowest value of a step. */
  public double lowest(int i) {
    return lowest[i];
  }

  /** The average of a step. */
  public double average(int i) {
    return average[i];
  }

  /** The highest value of a step. */
  public double highest(int i) {
    return highest[i];
  }

  /**
   * What could not be read of the files and is missing here, one text each; empty if all is well.
   */
  public List<String> damaged() {
    return damaged;
  }

  /** Gathers points of any step in steps of one length. */
  static final class Collector {
    private final long firstSecond;
    private final int stepSeconds;
    private final double[] lowest;
    private final double[] mean;
    private final double[] highest;
    private final long[] weight;

    Collector(long firstSecond, int stepSeconds, int steps) {
      this.firstSecond = firstSecond;
      this.stepSeconds = stepSeconds;
      lowest = new double[steps];
      mean = new double[steps];
      highest = new double[steps];
      weight = new long[steps];
    }

    int stepSeconds() {
      return stepSeconds;
    }

    long first() {
      return firstSecond;
    }

    /** The first second behind all steps. */
    long end() {
      return firstSecond + (long) weight.length * stepSeconds;
    }

    /** Whether there is nothing yet in the first step. */
    boolean lacksBeginning() {
      return weight[0] == 0;
    }

    /** Which of the steps have something now. */
    boolean[] filled() {
      boolean[] filled = new boolean[weight.length];
      for (int i = 0; i < filled.length; i++) {
        filled[i] = weight[i] > 0;
      }
      return filled;
    }

    /**
     * Adds the points of a track that are in these steps.
     *
     * @param trackStep seconds of the track's steps
     * @param taken a point that lies in one of these steps is left out; none if it is empty
     */
    void add(Track track, int trackStep, boolean[] taken) {
      for (int i = 0; i < track.size(); i++) {
        long second = track.slot(i) * trackStep;
        if (second < firstSecond || second >= end()) {
          continue;
        }
        int step = (int) ((second - firstSecond) / stepSeconds);
        if (taken.length > 0 && anyTaken(taken, step, second + trackStep - 1)) {
          continue;
        }
        add(step, trackStep, Rounding.value(track.low(i)), Rounding.value(track.high(i)));
        mean[step] +=
            (Rounding.value(track.middle(i)) - mean[step]) * ((double) trackStep / weight[step]);
      }
    }

    private boolean anyTaken(boolean[] taken, int from, long lastSecond) {
      int to = (int) Math.min(taken.length - 1, (lastSecond - firstSecond) / stepSeconds);
      for (int i = from; i <= to; i++) {
        if (taken[i]) {
          return true;
        }
      }
      return false;
    }

    private void add(int step, int seconds, double low, double high) {
      lowest[step] = weight[step] == 0 ? low : Math.min(lowest[step], low);
      highest[step] = weight[step] == 0 ? high : Math.max(highest[step], high);
      weight[step] += seconds;
    }

    Points points(List<String> damaged) {
      int size = 0;
      for (long one : weight) {
        size += one > 0 ? 1 : 0;
      }
      return new Points(this, size, damaged);
    }
  }
}
