package dev.healing.learning.anomaly;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.IntToDoubleFunction;

/** Series to score: a row every five minutes, and the same ones every time. */
final class Series {
  static final int DAY_ROWS = 288;

  private static final Instant BEGIN = Instant.parse("2026-03-02T00:00:00Z");
  private static final Duration APART = Duration.ofMinutes(5);

  private Series() {}

  static double[] of(int rows, IntToDoubleFunction value) {
    double[] values = new double[rows];
    for (int i = 0; i < rows; i++) {
      values[i] = value.applyAsDouble(i);
    }
    return values;
  }

  static double[] noise(int rows, long seed) {
    Random random = new Random(seed);
    return of(rows, i -> random.nextGaussian());
  }

  /** A daily cycle from -10 to 10 with noise of 1. */
  static double[] daily(int rows, long seed) {
    double[] noise = noise(rows, seed);
    return of(rows, i -> 10 * Math.sin(2 * Math.PI * i / DAY_ROWS) + noise[i]);
  }

  static double[] scores(double... values) {
    return scores(APART, values);
  }

  static double[] scores(Duration apart, double... values) {
    Surprise scorer = new Surprise();
    return of(values.length, i -> scorer.score(BEGIN.plus(apart.multipliedBy(i)), values[i]));
  }

  /** The rows that somebody would be told of. */
  static List<Integer> told(double... values) {
    double[] scores = scores(values);
    List<Integer> told = new ArrayList<>();
    for (int i = 0; i < scores.length; i++) {
      if (scores[i] >= 0.5) {
        told.add(i);
      }
    }
    return told;
  }

  static Instant at(int row) {
    return BEGIN.plus(APART.multipliedBy(row));
  }
}
