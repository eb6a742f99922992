package dev.healing.runner.report;

import dev.healing.api.Metric;
import dev.healing.api.Sample;
import dev.healing.core.trace.RecordedLook;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The series of a trace of unknown length, as least, mean and greatest value of each of at most 640
 * columns of time: when they are full, two become one. Not safe for several threads.
 */
public final class Columns {
  /** About as many as a chart has pixels. */
  static final int MOST = 640;

  /** So that a trace with ever new names does not fill the memory. */
  private static final int MOST_SERIES = 1_000;

  private final Map<Metric, Series> series = new HashMap<>();
  private @Nullable Instant begin;
  private Instant end = Instant.EPOCH;
  private long stepMillis = 1_000;
  private long looks;

  /** What is known of one metric, column by column. */
  static final class Series {
    private final double[] least = new double[MOST];
    private final double[] greatest = new double[MOST];
    private final double[] sum = new double[MOST];
    private final long[] count = new long[MOST];

    private void add(int column, double value) {
      boolean first = count[column] == 0;
      least[column] = first ? value : Math.min(least[column], value);
      greatest[column] = first ? value : Math.max(greatest[column], value);
      sum[column] += value;
      count[column]++;
    }

    private void halve() {
      for (int i = 0; i < MOST; i++) {
        int half = i / 2;
        double low = least[i];
        double high = greatest[i];
        double total = sum[i];
        long many = count[i];
        if (i % 2 == 0) {
          count[half] = 0;
          sum[half] = 0;
        }
        if (many > 0) {
          boolean first = count[half] == 0;
          least[half] = first ? low : Math.min(least[half], low);
          greatest[half] = first ? high : Math.max(greatest[half], high);
          sum[half] += total;
          count[half] += many;
        }
      }
      Arrays.fill(count, MOST / 2, MOST, 0);
      Arrays.fill(sum, MOST / 2, MOST, 0);
    }

    /** What these columns have together; absent if there is nothing in them. */
    Optional<Range> range(int from, int to) {
      double low = Double.POSITIVE_INFINITY;
      double high = Double.NEGATIVE_INFINITY;
      double total = 0;
      long many = 0;
      for (int i = from; i < Math.min(MOST, to); i++) {
        if (count[i] > 0) {
          low = Math.min(low, least[i]);
          high = Math.max(high, greatest[i]);
          total += sum[i];
          many += count[i];
        }
      }
      return many == 0 ? Optional.empty() : Optional.of(new Range(low, total / many, high));
    }
  }

  /** Of some time. */
  record Range(double least, double mean, double greatest) {}

  /** Takes in a look. */
  public void add(RecordedLook look) {
    Instant first = begin == null ? look.at() : begin;
    begin = first;
    end = look.at().isAfter(end) ? look.at() : end;
    looks++;
    // A clock that was set back is drawn where it had begun.
    long sinceMillis = Math.max(0, Duration.between(first, look.at()).toMillis());
    while (sinceMillis / stepMillis >= MOST) {
      stepMillis *= 2;
      series.values().forEach(Series::halve);
    }
    int column = (int) (sinceMillis / stepMillis);
    for (Sample sample : look.samples()) {
      Series one = series.get(sample.metric());
      if (one == null && series.size() < MOST_SERIES) {
        one = new Series();
        series.put(sample.metric(), one);
      }
      if (one != null) {
        one.add(column, sample.value());
      }
    }
  }

  /** The series of this name, if the trace has it. */
  Optional<Series> of(String metric) {
    return Optional.ofNullable(series.get(Metric.parse(metric)));
  }

  /** The first look; that of 1970 if there was none. */
  Instant begin() {
    return begin == null ? Instant.EPOCH : begin;
  }

  /** How long a column is. */
  Duration step() {
    return Duration.ofMillis(stepMillis);
  }

  /** How many columns the trace has. */
  int size() {
    long millis = looks == 0 ? 0 : Math.max(0, Duration.between(begin(), end).toMillis());
    return (int) (millis / stepMillis) + 1;
  }

  /** At which column an instant is, from 0 to {@link #size}. */
  double column(Instant at) {
    double column = (double) Duration.between(begin(), at).toMillis() / stepMillis;
    return Math.max(0, Math.min(size(), column));
  }
}
