package dev.healing.detect;

/**
 * The last m samples of a component, and whether n of them are high or critical. A ring; how many
 * of it are bad is counted along.
 */
final class LastSamples {
  private final Level.Limits limits;
  private final double[] values;
  private int begin;
  private int size;
  private int high;
  private int critical;

  LastSamples(Level.Limits limits) {
    this.limits = limits;
    this.values = new double[limits.of().m()];
  }

  void add(double value) {
    if (full()) {
      count(values[begin], -1);
      values[begin] = value;
      begin = begin + 1 < values.length ? begin + 1 : 0;
    } else {
      values[size++] = value; // not full yet, so it begins at 0
    }
    count(value, 1);
  }

  private void count(double value, int one) {
    high += limits.high().test(value) ? one : 0;
    critical += limits.critical().test(value) ? one : 0;
  }

  void clear() {
    begin = 0;
    size = 0;
    high = 0;
    critical = 0;
  }

  int size() {
    return size;
  }

  boolean full() {
    return size == values.length;
  }

  boolean high() {
    return high >= limits.of().n();
  }

  boolean critical() {
    return critical >= limits.of().n();
  }

  /** Whether all m of them fall by so much, and no one is higher than the one before. */
  boolean fallBy(double least) {
    for (int i = 1; i < size; i++) {
      if (value(i) > value(i - 1)) {
        return false;
      }
    }
    return full() && value(0) - value(size - 1) >= least;
  }

  private double value(int i) {
    return values[begin + i < values.length ? begin + i : begin + i - values.length];
  }
}
