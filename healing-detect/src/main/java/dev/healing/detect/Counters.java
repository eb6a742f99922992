package dev.healing.detect;

import dev.healing.api.HostState;
import dev.healing.api.Metric;
import dev.healing.api.Sample;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * What is counted or switched rather than measured. Each is told at every look with the instant at
 * which it was first seen at that value, so that its history holds one sample for each change, and
 * {@link #grown} knows what came when, however long ago the look before was.
 */
final class Counters {
  /** Names that come and go are not collected for ever. */
  private static final int MOST = 1000;

  /** As many as the history keeps. */
  private static final int CHANGES = 600;

  private final Map<Metric, Sample> told = new TreeMap<>();

  /** Notes the value that the metric has now. */
  Sample note(Metric metric, double value, Instant now) {
    Sample before = told.get(metric);
    if (before != null && before.value() == value) {
      return before;
    }
    if (told.size() >= MOST) {
      told.clear();
    }
    Sample fresh = new Sample(metric, value, now);
    told.put(metric, fresh);
    return fresh;
  }

  /** The count that was noted last. */
  OptionalLong last(Metric metric) {
    Sample sample = told.get(metric);
    return sample == null ? OptionalLong.empty() : OptionalLong.of(Math.round(sample.value()));
  }

  void forget(Metric metric) {
    told.remove(metric);
  }

  /** All that are known. */
  List<Sample> all() {
    return new ArrayList<>(told.values());
  }

  /**
   * By how much it grew within this time before the look. One that fell began anew from 0; of one
   * that is seen for the first time nobody knows since when it is there.
   */
  static long grown(HostState state, Metric metric, Duration window) {
    Instant from = state.at().minus(window);
    List<Sample> changes = state.recent(metric, CHANGES);
    double grown = 0;
    for (int i = 1; i < changes.size(); i++) {
      double before = changes.get(i - 1).value();
      double after = changes.get(i).value();
      if (changes.get(i).at().isAfter(from)) {
        grown += after >= before ? after - before : after;
      }
    }
    return Math.round(grown);
  }
}
