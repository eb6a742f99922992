package dev.healing.learning.anomaly;

/**
 * Turns a measure of any scale into a surprise, by comparing it with its own past: how many
 * episodes of the last {@value #MEMORY_ROWS} rows were stranger.
 *
 * <p>Episodes rather than rows, since what is strange is so for several rows in a row, and would
 * count as often. Of each only its strangest value is kept, and only of the {@value #MOST}
 * strangest episodes.
 */
final class PastEpisodes {
  static final int MEMORY_ROWS = 6000;
  static final int MOST = 32;

  /** Rows after the strangest one that still are of its episode. */
  private static final int EPISODE_ROWS = 25;

  private static final int FEWEST = 3;
  private static final int WARM_UP_ROWS = 100;

  /** How much rarer is what is beyond all of them, by the mean distance between them. */
  private static final double BEYOND = 30;

  private final double[] peaks = new double[MOST];
  private final long[] rows = new long[MOST];
  private int count;

  /** The least and the sum of {@code peaks}, and the first of {@code rows}. */
  private double least;

  private double sum;
  private long first;
  private int seen;
  private double peak;
  private long peakRow = -1;

  /**
   * How rare such a measure is: the logarithm, to the base of ten, of the rows per episode that is
   * as strange. 0 where there is nothing to say.
   */
  double surprise(long row, double measure) {
    if (peakRow >= 0 && row - peakRow > EPISODE_ROWS) {
      keep(peak, peakRow);
      peakRow = -1;
    }
    if (count > 0 && first < row - MEMORY_ROWS) {
      forget(row - MEMORY_ROWS);
    }
    seen = Math.min(seen + 1, WARM_UP_ROWS + 1);
    double surprise = seen > WARM_UP_ROWS && count >= FEWEST ? compare(measure) : 0;
    if (peakRow < 0 || measure > peak) {
      peak = measure;
      peakRow = row;
    }
    return surprise;
  }

  private double compare(double measure) {
    if (measure <= least) {
      return 0;
    }
    int stranger = 0;
    double next = Double.POSITIVE_INFINITY;
    double below = least;
    for (int i = 0; i < count; i++) {
      if (peaks[i] >= measure) {
        stranger++;
        next = Math.min(next, peaks[i]);
      } else {
        below = Math.max(below, peaks[i]);
      }
    }
    if (stranger > 0) {
      // Between two of them it counts as in between, or every rank would be a step.
      double rank = stranger - (measure - below) / (next - below);
      return Math.log10(MEMORY_ROWS / (rank + 0.5));
    }
    double spread = (sum - count * least) / (count - 1);
    double beyond = spread > 0 ? (measure - below) / spread : 1;
    return Math.log10(MEMORY_ROWS / 0.5 * (1 + BEYOND * beyond));
  }

  private void keep(double peak, long row) {
    int place = count;
    if (count == MOST) {
      if (peak <= least) {
        return;
      }
      place = 0;
      for (int i = 1; i < MOST; i++) {
        place = peaks[i] < peaks[place] ? i : place;
      }
    } else {
      count++;
    }
    peaks[place] = peak;
    rows[place] = row;
    summarize();
  }

  private void forget(long before) {
    for (int i = count - 1; i >= 0; i--) {
      if (rows[i] < before) {
        count--;
        peaks[i] = peaks[count];
        rows[i] = rows[count];
      }
    }
    summarize();
  }

  private void summarize() {
    least = Double.POSITIVE_INFINITY;
    sum = 0;
    first = Long.MAX_VALUE;
    for (int i = 0; i < count; i++) {
      least = Math.min(least, peaks[i]);
      sum += peaks[i];
      first = Math.min(first, rows[i]);
    }
  }
}
