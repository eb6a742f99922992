package dev.healing.core.watch;

import dev.healing.api.Metric;
import dev.healing.api.Sample;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The newest samples of each metric, in memory and bounded: 600 of each, which is ten minutes at a
 * look per second, for at most 2,000 metrics. A sample that several looks show, since it is
 * measured less often, is kept once. Safe for several threads.
 */
final class MetricHistory {
  private static final int SAMPLES_PER_METRIC = 600;
  private static final int METRICS = 2_000;

  private final Map<Metric, Ring> series =
      new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Metric, Ring> eldest) {
          return size() > METRICS;
        }
      };

  /** As numbers, not as samples: those would be a third of all memory, and live for ten minutes. */
  private static final class Ring {
    private long[] seconds = new long[8];
    private int[] nanos = new int[8];
    private double[] values = new double[8];
    private int begin;
    private int size;

    private int index(int i) {
      int index = begin + i;
      return index < values.length ? index : index - values.length;
    }

    private boolean isNewest(Instant at) {
      int newest = index(size - 1);
      return seconds[newest] == at.getEpochSecond() && nanos[newest] == at.getNano();
    }

    void add(Sample sample) {
      if (size > 0 && isNewest(sample.at())) {
        return;
      }
      if (size == SAMPLES_PER_METRIC) {
        begin = index(1);
        size--;
      } else if (size == values.length) { // not full yet, so it begins at 0
        int room = Math.min(SAMPLES_PER_METRIC, 2 * size);
        seconds = Arrays.copyOf(seconds, room);
        nanos = Arrays.copyOf(nanos, room);
        values = Arrays.copyOf(values, room);
      }
      int next = index(size++);
      seconds[next] = sample.at().getEpochSecond();
      nanos[next] = sample.at().getNano();
      values[next] = sample.value();
    }

    boolean isAfter(int i, Instant upTo) {
      int index = index(i);
      return seconds[index] > upTo.getEpochSecond()
          || seconds[index] == upTo.getEpochSecond() && nanos[index] > upTo.getNano();
    }

    Sample sample(Metric metric, int i) {
      int index = index(i);
      return new Sample(metric, values[index], Instant.ofEpochSecond(seconds[index], nanos[index]));
    }
  }

  synchronized void add(Iterable<Sample> samples) {
    for (Sample sample : samples) {
      series.computeIfAbsent(sample.metric(), metric -> new Ring()).add(sample);
    }
  }

  /** At most {@code count} samples that are not newer than {@code upTo}, oldest first. */
  synchronized List<Sample> recent(Metric metric, int count, Instant upTo) {
    Ring one = series.get(metric);
    if (one == null) {
      return List.of();
    }
    List<Sample> newestFirst = new ArrayList<>();
    for (int i = one.size - 1; i >= 0 && newestFirst.size() < count; i--) {
      if (!one.isAfter(i, upTo)) {
        newestFirst.add(one.sample(metric, i));
      }
    }
    Collections.reverse(newestFirst);
    return newestFirst;
  }
}
