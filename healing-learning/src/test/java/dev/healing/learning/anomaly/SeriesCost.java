package dev.healing.learning.anomaly;

import java.util.ArrayList;
import java.util.List;

/** What a row and a series cost, without reading and writing: run by benchmarks/anomaly. */
final class SeriesCost {
  private static final int ROWS = 200_000;
  private static final int SERIES = 10_000;

  private SeriesCost() {}

  public static void main(String[] args) {
    double[] values = Series.daily(ROWS, 1);
    double fastest = Double.MAX_VALUE;
    for (int run = 0; run < 5; run++) {
      long begin = System.nanoTime();
      Series.scores(values);
      fastest = Math.min(fastest, (System.nanoTime() - begin) / 1e3 / ROWS);
    }
    long before = used();
    List<Surprise> scorers = new ArrayList<>();
    for (int i = 0; i < SERIES; i++) {
      scorers.add(new Surprise());
    }
    long bytes = (used() - before) / scorers.size();
    System.out.printf("scoring alone: %.2f us a row (best of five)%n", fastest);
    System.out.printf("a series: %d bytes of heap (wanted: at most 32768)%n", bytes);
  }

  private static long used() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }
}
