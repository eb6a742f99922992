package dev.healing.optimizer.forecast;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What a forecast, a value and a series cost. */
final class ForecastCost {
  private static final int SERIES = 5000;
  private static final int RUNS = 400;

  /** Minutes: an hour, in which it asks itself once. */
  private static final int BATCH = 60;

  private ForecastCost() {}

  static void print() {
    Trace trace = Trace.of(Kind.STRONG_CYCLE, 1);
    double fastest = Double.MAX_VALUE;
    double fastestValue = Double.MAX_VALUE;
    Ours ours = new Ours();
    for (int i = 0; i < trace.values().length; i++) {
      ours.add(i, trace.values()[i]);
    }
    // In small batches, so that the best is one that nobody interrupted.
    for (int run = 0; run < RUNS; run++) {
      long begin = System.nanoTime();
      for (int i = 0; i < BATCH; i++) {
        ours.ask(trace.values().length);
      }
      long asked = System.nanoTime();
      for (int i = 0; i < BATCH; i++) {
        ours.add(trace.values().length + run * BATCH + i, trace.values()[i]);
      }
      fastest = Math.min(fastest, (asked - begin) / 1e3 / BATCH);
      fastestValue = Math.min(fastestValue, (System.nanoTime() - asked) / 1e3 / BATCH);
    }
    long before = used();
    List<Forecaster> kept = new ArrayList<>();
    for (int i = 0; i < SERIES; i++) {
      kept.add(new Forecaster(1));
    }
    System.out.printf(
        Locale.ROOT,
        "%.1f us a forecast (wanted: at most 50), %.2f us a value, the best of %d times; %d bytes a series"
            + " (wanted: at most 8192)%n",
        fastest,
        fastestValue,
        RUNS,
        (used() - before) / kept.size());
  }

  private static long used() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }
}
