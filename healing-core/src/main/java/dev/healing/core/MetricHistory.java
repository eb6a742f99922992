package dev.healing.core;

import dev.healing.api.Metric;
import dev.healing.api.Sample;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
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

  private final Map<Metric, Deque<Sample>> series =
      new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Metric, Deque<Sample>> eldest) {
          return size() > METRICS;
        }
      };

  synchronized void add(Iterable<Sample> samples) {
    for (Sample sample : samples) {
      Deque<Sample> one = series.computeIfAbsent(sample.metric(), metric -> new ArrayDeque<>());
      Sample newest = one.peekLast();
      if (newest != null && newest.at().equals(sample.at())) {
        continue;
      }
      if (one.size() == SAMPLES_PER_METRIC) {
        one.removeFirst();
      }
      one.addLast(sample);
    }
  }

  /** At most {@code count} samples that are not newer than {@code upTo}, oldest first. */
  synchronized List<Sample> recent(Metric metric, int count, Instant upTo) {
    List<Sample> newestFirst = new ArrayList<>();
    Deque<Sample> one = series.getOrDefault(metric, new ArrayDeque<>());
    var newest = one.descendingIterator();
    while (newest.hasNext() && newestFirst.size() < count) {
      Sample sample = newest.next();
      if (!sample.at().isAfter(upTo)) {
        newestFirst.add(sample);
      }
    }
    Collections.reverse(newestFirst);
    return newestFirst;
  }
}
