package dev.healing.learning;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.healing.api.Outcome;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How the attempts of one action on one problem went: for people, no confidence rests on it. Means
 * of all, and from {@link #MOST} on more and more of the newest.
 *
 * @param recoveries of how many that healed it is known how long they took, at most {@link #MOST}
 * @param recoverySeconds from when they were started to when it was known that they had healed
 * @param metrics of the issue, by their names; at most {@link #MOST_METRICS}; absent if none was
 *     read
 */
record Course(
    int recoveries,
    double recoverySeconds,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) SortedMap<String, Change> metrics) {
  /** One for all, since there are many. */
  private static final SortedMap<String, Change> NO_METRICS = Collections.emptySortedMap();

  static final Course NONE = new Course(0, 0, NO_METRICS);

  static final int MOST = 100;
  static final int MOST_METRICS = 4;
  private static final int MOST_NAME = 200;

  /** Beyond it means are not computed well. */
  private static final double MOST_VALUE = 1e18;

  /**
   * What became of one metric, in its unit.
   *
   * @param attempts over how many, at most {@link #MOST}
   * @param before its mean when they were decided
   * @param after its mean when they were looked at again
   */
  record Change(int attempts, double before, double after) {
    Change {
      Counts.require("metrics.attempts", attempts, 1, MOST);
      Counts.require("metrics.before", before, -MOST_VALUE, MOST_VALUE);
      Counts.require("metrics.after", after, -MOST_VALUE, MOST_VALUE);
    }

    Change with(double nextBefore, double nextAfter) {
      int all = Math.min(MOST, attempts + 1);
      return new Change(all, mean(before, nextBefore, all), mean(after, nextAfter, all));
    }
  }

  Course {
    Counts.require("course.recoveries", recoveries, 0, MOST);
    Counts.require("course.recoverySeconds", recoverySeconds, 0, Absences.MOST_SECONDS);
    metrics =
        metrics == null || metrics.isEmpty()
            ? NO_METRICS
            : Collections.unmodifiableSortedMap(metrics);
    if (metrics.containsValue(null)) {
      throw new IllegalArgumentException("a metric: expected what became of it");
    }
    Counts.requireSize("course.metrics", metrics.keySet(), 0, MOST_METRICS);
  }

  private static double mean(double before, double next, int all) {
    return Counts.rounded(before + (next - before) / all);
  }

  /** With an attempt more. */
  Course with(JournalLine line) {
    int known = recoveries;
    double seconds = recoverySeconds;
    if (line.outcome() == Outcome.HEALED
        && line.started() != null
        && !line.at().isBefore(line.started())) {
      known = Math.min(MOST, known + 1);
      seconds = mean(seconds, Duration.between(line.started(), line.at()).toMillis() / 1e3, known);
    }
    SortedMap<String, List<Double>> seen = line.metrics();
    if (seen == null) {
      return new Course(known, seconds, metrics);
    }
    SortedMap<String, Change> all = new TreeMap<>(metrics);
    seen.forEach(
        (name, values) -> {
          Change before = all.get(name);
          if (before != null) {
            all.put(name, before.with(values.get(0), values.get(1)));
          } else if (all.size() < MOST_METRICS) {
            all.put(
                name, new Change(1, Counts.rounded(values.get(0)), Counts.rounded(values.get(1))));
          }
        });
    return new Course(known, seconds, all);
  }

  /** Of the metrics those that were read both times, to be written into a line; null if none. */
  static @Nullable SortedMap<String, List<Double>> seen(
      SortedMap<String, Double> before, SortedMap<String, Double> after) {
    SortedMap<String, List<Double>> both = new TreeMap<>();
    before.forEach(
        (name, value) -> {
          Double then = after.get(name);
          if (then != null
              && both.size() < MOST_METRICS
              && name.length() <= MOST_NAME
              && Math.abs(value) <= MOST_VALUE
              && Math.abs(then) <= MOST_VALUE) {
            both.put(name, List.of(value, then));
          }
        });
    return both.isEmpty() ? null : both;
  }

  /** Refuses what {@link #seen} would not give. */
  static void require(SortedMap<String, List<Double>> seen) {
    Counts.requireSize("metrics", seen.keySet(), 0, MOST_METRICS);
    seen.forEach(
        (name, values) -> {
          if (values == null || name.length() > MOST_NAME) {
            throw new IllegalArgumentException("a metric: expected its name, before and after");
          }
          Counts.requireSize("metrics." + name, values, 2);
          values.forEach(v -> Counts.require("metrics." + name, v, -MOST_VALUE, MOST_VALUE));
        });
  }
}
