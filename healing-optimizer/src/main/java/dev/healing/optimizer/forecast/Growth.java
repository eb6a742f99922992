package dev.healing.optimizer.forecast;

import java.util.Arrays;

/** By how much the highest of a day is above that of the day before: what days have in common. */
final class Growth {
  private static final int DAYS = Highs.KEPT / Highs.DAY;

  private final double[] daily;
  private final boolean steady;

  Growth(Outline past) {
    double[] found = new double[DAYS];
    int size = 0;
    int end = past.now;
    for (; size < DAYS && end - 2 * Highs.DAY >= -1; end -= Highs.DAY) {
      double last = past.highest(end - Highs.DAY + 1, end);
      double before = past.highest(end - 2 * Highs.DAY + 1, end - Highs.DAY);
      if (last > before - Double.MAX_VALUE && before > Double.NEGATIVE_INFINITY) {
        found[size++] = last - before;
      }
    }
    daily = Arrays.copyOf(found, size);
    Arrays.sort(daily);
    steady = size > 0 && daily[size / 5] > 0;
  }

  /** From the fastest (0) to the slowest (1) day; 0 where days do not grow, all but one in five. */
  double perBucket(double part) {
    if (!steady) {
      return 0;
    }
    double middle = daily[daily.length / 2];
    double place = (1 - part) * (daily.length - 1);
    return (0.5 * middle + 0.5 * daily[(int) Math.round(place)]) / Highs.DAY;
  }
}
