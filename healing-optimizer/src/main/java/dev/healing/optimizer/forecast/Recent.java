package dev.healing.optimizer.forecast;

import java.util.Arrays;

/** The means of every two minutes of the last forty: how fast it rises right now. */
final class Recent {
  private static final int SECONDS = 120;
  private static final int KEPT = 20;
  private static final int MEAN_OF = 2;

  private final float[] sum = new float[KEPT];
  private final int[] count = new int[KEPT];
  private long newest = Long.MIN_VALUE;
  private long latest;

  void add(long second, double value) {
    long piece = Math.floorDiv(second, SECONDS);
    if (newest == Long.MIN_VALUE || piece - newest >= KEPT) {
      Arrays.fill(count, 0);
      Arrays.fill(sum, 0);
    } else {
      for (long p = newest + 1; p <= piece; p++) {
        count[slot(p)] = 0;
        sum[slot(p)] = 0;
      }
    }
    newest = piece;
    latest = second;
    count[slot(piece)]++;
    sum[slot(piece)] += (float) value;
  }

  /** As if all had been so much higher, or lower. */
  void shift(double by) {
    for (int i = 0; i < KEPT; i++) {
      sum[i] += (float) (by * count[i]);
    }
  }

  private static int slot(long piece) {
    return (int) Math.floorMod(piece, (long) KEPT);
  }

  /** Of the four minutes until so many seconds ago; NaN if nothing was measured. */
  double mean(int secondsAgo) {
    long last = Math.floorDiv(latest - secondsAgo, SECONDS);
    double total = 0;
    int n = 0;
    for (long p = last; p > last - MEAN_OF; p--) {
      if (p > newest - KEPT) {
        total += sum[slot(p)];
        n += count[slot(p)];
      }
    }
    return n == 0 ? Double.NaN : total / n;
  }
}
