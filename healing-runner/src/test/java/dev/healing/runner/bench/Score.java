package dev.healing.runner.bench;

import java.util.Locale;

/** What a policy was worth, over many worlds, and how true what it said was. */
final class Score {
  private static final int BINS = 10;
  private final long[] attempts = new long[BINS];
  private final double[] said = new double[BINS];
  private final long[] healed = new long[BINS];
  private long incidents;
  private double regret;
  private double regretOfLadder;

  void incident(double bestNext, double bestLadder) {
    incidents++;
    regret += bestNext;
    regretOfLadder += bestLadder;
  }

  void value(double value) {
    regret -= value;
    regretOfLadder -= value;
  }

  void attempt(double confidence, boolean did) {
    int bin = Math.min(BINS - 1, (int) (confidence * BINS));
    attempts[bin]++;
    said[bin] += confidence;
    healed[bin] += did ? 1 : 0;
  }

  double regretPerThousand() {
    return 1000 * regret / incidents;
  }

  double calibrationError() {
    double apart = 0;
    long all = 0;
    for (int bin = 0; bin < BINS; bin++) {
      apart += Math.abs(said[bin] - healed[bin]);
      all += attempts[bin];
    }
    return apart / all;
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%4.0f (%3.0f) / %.3f",
        regretPerThousand(),
        1000 * regretOfLadder / incidents,
        calibrationError());
  }
}
