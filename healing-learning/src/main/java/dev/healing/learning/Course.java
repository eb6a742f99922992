package dev.healing.learning;

import dev.healing.api.Metric;
import dev.healing.api.Outcome;
import java.time.Duration;
import java.util.ArrayList;
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
 * @param context when and on what host it was tried, and what began meanwhile; absent before it was
 *     kept, and if nothing is known of that
 */
record Course(
    int recoveries, double recoverySeconds, List<Change> metrics, @Nullable Contexts context)
    implements Stored {
  static final Course NONE = new Course(0, 0, List.of(), null);

  static final int MOST = 100;
  static final int MOST_METRICS = 4;
  private static final int MOST_NAME = 200;

  /** Of this, of a metric and of a side effect, without their names. */
  private static final int OWN_BYTES = 100;

  /** Beyond it means are not computed well. */
  private static final double MOST_VALUE = 1e18;

  /**
   * What became of one metric, in its unit.
   *
   * @param metric its name
   * @param attempts over how many, at most {@link #MOST}
   * @param before its mean when they were decided
   * @param after its mean when they were looked at again
   */
  record Change(String metric, int attempts, double before, double after) implements Stored {
    Change {
      if (metric.length() > MOST_NAME) {
        throw new IllegalArgumentException("metrics: expected the name of each");
      }
      Counts.require("metrics.attempts", attempts, 1, MOST);
      Counts.require("metrics.before", before, -MOST_VALUE, MOST_VALUE);
      Counts.require("metrics.after", after, -MOST_VALUE, MOST_VALUE);
    }

    static Change read(Members from) {
      return new Change(
          from.text("metric"), from.small("attempts"), from.number("before"), from.number("after"));
    }

    @Override
    public void write(Writing object) {
      object
          .with("metric", metric)
          .with("attempts", attempts)
          .with("before", before)
          .with("after", after);
    }

    Change with(double nextBefore, double nextAfter) {
      int all = Math.min(MOST, attempts + 1);
      return new Change(metric, all, mean(before, nextBefore, all), mean(after, nextAfter, all));
    }
  }

  Course {
    Counts.require("course.recoveries", recoveries, 0, MOST);
    Counts.require("course.recoverySeconds", recoverySeconds, 0, Absences.MOST_SECONDS);
    metrics = List.copyOf(metrics);
    Counts.requireSize("course.metrics", metrics, 0, MOST_METRICS);
  }

  static Course read(Members from) {
    return new Course(
        from.small("recoveries"),
        from.number("recoverySeconds"),
        from.or(List.of(), "metrics", Kind.listOf(Kind.object(Change::read))),
        from.ifAny("context", Kind.object(Contexts::read)));
  }

  @Override
  public void write(Writing object) {
    object
        .with("recoveries", recoveries)
        .with("recoverySeconds", recoverySeconds)
        .with("metrics", metrics.isEmpty() ? null : metrics)
        .with("context", context);
  }

  /** What it takes in memory, about. */
  long weighed() {
    long all = OWN_BYTES;
    for (Change metric : metrics) {
      all += OWN_BYTES + 2L * metric.metric().length();
    }
    if (context != null) {
      for (String sideEffect : context.sideEffects().keySet()) {
        all += OWN_BYTES + 2L * sideEffect.length();
      }
    }
    return all;
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
      double took = Duration.between(line.started(), line.at()).toMillis() / 1e3;
      seconds = mean(seconds, Math.min(took, Absences.MOST_SECONDS), known);
    }
    SortedMap<String, List<Double>> seen = line.metrics();
    Contexts all = (context == null ? Contexts.NONE : context).with(line);
    return new Course(
        known,
        seconds,
        seen == null ? metrics : with(seen),
        all.equals(Contexts.NONE) ? null : all);
  }

  private List<Change> with(SortedMap<String, List<Double>> seen) {
    SortedMap<String, List<Double>> more = new TreeMap<>(seen);
    List<Change> all = new ArrayList<>();
    for (Change change : metrics) {
      List<Double> values = more.remove(change.metric());
      all.add(values == null ? change : change.with(values.get(0), values.get(1)));
    }
    more.forEach(
        (name, values) -> {
          if (all.size() < MOST_METRICS) {
            double before = Counts.rounded(values.get(0));
            all.add(new Change(name, 1, before, Counts.rounded(values.get(1))));
          }
        });
    return all;
  }

  /** Of the metrics those that were read both times, to be written into a line; null if none. */
  static @Nullable SortedMap<String, List<Double>> seen(
      SortedMap<String, Double> before, SortedMap<String, Double> after) {
    SortedMap<String, List<Double>> both = new TreeMap<>();
    before.forEach(
        (name, value) -> {
          Double then = after.get(name);
          if (then != null
              && !Metric.parse(name).set()
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
          if (name.length() > MOST_NAME) {
            throw new IllegalArgumentException("a metric: expected its name, before and after");
          }
          Counts.requireSize("metrics." + name, values, 2);
          values.forEach(v -> Counts.require("metrics." + name, v, -MOST_VALUE, MOST_VALUE));
        });
  }
}
