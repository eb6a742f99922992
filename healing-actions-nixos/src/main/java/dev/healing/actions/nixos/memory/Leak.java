package dev.healing.actions.nixos.memory;

import dev.healing.actions.nixos.Checks;
import dev.healing.api.HostState;
import dev.healing.api.Metric;
import dev.healing.api.Sample;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * A service whose own memory has grown all the time: evidence over minutes, from the samples of the
 * host state.
 *
 * @param unit the service
 * @param bytesPerSecond its pace: the median of the slopes between all pairs of samples (Theil
 *     1950, Sen 1968), which a few odd samples do not move
 * @param fromBytes what it had in the beginning
 * @param toBytes and in the end
 * @param over how long it was watched
 */
record Leak(String unit, double bytesPerSecond, double fromBytes, double toBytes, Duration over) {
  private static final int FEWEST_SAMPLES = 12;
  private static final int MOST_SAMPLES = 60;
  private static final int PARTS = 4;

  /**
   * From part to part it must grow by so much of what it grows by on average. What is done starting
   * up, or fills a cache, slows down; one large request is one step.
   */
  private static final double STEADY = 0.5;

  /** All there are, the fastest first. */
  static List<Leak> all(HostState state, Duration window, double leastBytes) {
    List<Leak> leaks = new ArrayList<>();
    for (String unit : state.components(Metric.SERVICE_MEMORY)) {
      Metric metric = Metric.of(Metric.SERVICE_MEMORY, unit);
      of(unit, state.recent(metric, Integer.MAX_VALUE), window, leastBytes).ifPresent(leaks::add);
    }
    leaks.sort(Comparator.comparingDouble(Leak::bytesPerSecond).reversed());
    return leaks;
  }

  /** Of one service, if it is one: the samples of the window are spread over it and rise. */
  static Optional<Leak> of(String unit, List<Sample> history, Duration window, double leastBytes) {
    List<Sample> samples = unbroken(history, window);
    if (samples.size() < FEWEST_SAMPLES) {
      return Optional.empty();
    }
    Sample first = samples.get(0);
    Sample last = samples.get(samples.size() - 1);
    Duration over = Duration.between(first.at(), last.at());
    double pace = slope(samples);
    boolean whole = over.compareTo(window.multipliedBy(9).dividedBy(10)) >= 0;
    boolean much = pace * seconds(over) >= leastBytes && last.value() - first.value() >= leastBytes;
    return whole && much && steady(samples, over)
        ? Optional.of(new Leak(unit, pace, first.value(), last.value(), over))
        : Optional.empty();
  }

  /**
   * The newest, back to where the window begins, or where it was not measured for long or the clock
   * was set.
   */
  private static List<Sample> unbroken(List<Sample> history, Duration window) {
    int begin = history.size() - 1;
    while (begin > 0) {
      Sample earlier = history.get(begin - 1);
      Duration gap = Duration.between(earlier.at(), history.get(begin).at());
      Duration all = Duration.between(earlier.at(), history.get(history.size() - 1).at());
      if (gap.isNegative()
          || gap.compareTo(window.dividedBy(PARTS)) > 0
          || all.compareTo(window) > 0) {
        break;
      }
      begin--;
    }
    return history.subList(Math.max(0, begin), history.size());
  }

  private static boolean steady(List<Sample> samples, Duration over) {
    double[] levels = new double[PARTS];
    for (int part = 0; part < PARTS; part++) {
      double from = seconds(over) * part / PARTS;
      double to = seconds(over) * (part + 1) / PARTS;
      List<Double> values = new ArrayList<>();
      for (Sample sample : samples) {
        double at = seconds(Duration.between(samples.get(0).at(), sample.at()));
        if (at >= from && at <= to) {
          values.add(sample.value());
        }
      }
      if (values.isEmpty()) {
        return false;
      }
      levels[part] = median(values);
    }
    double average = (levels[PARTS - 1] - levels[0]) / (PARTS - 1);
    for (int part = 1; part < PARTS; part++) {
      if (average <= 0 || levels[part] - levels[part - 1] < STEADY * average) {
        return false;
      }
    }
    return true;
  }

  private static double slope(List<Sample> samples) {
    int step = (samples.size() + MOST_SAMPLES - 1) / MOST_SAMPLES;
    List<Double> slopes = new ArrayList<>();
    for (int i = 0; i < samples.size(); i += step) {
      for (int j = i + step; j < samples.size(); j += step) {
        Sample one = samples.get(i);
        Sample other = samples.get(j);
        double seconds = seconds(Duration.between(one.at(), other.at()));
        if (seconds > 0) {
          slopes.add((other.value() - one.value()) / seconds);
        }
      }
    }
    return slopes.isEmpty() ? 0 : median(slopes);
  }

  private static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }

  private static double seconds(Duration duration) {
    return duration.toNanos() / 1e9;
  }

  /** The evidence, and what will come of it if so much is available now. */
  String inWords(long availableBytes) {
    return String.format(
        "grew by %s a second over %s, from %s to %s; at this pace memory ends in %s",
        Checks.size(bytesPerSecond),
        inWords(over),
        Checks.size(fromBytes),
        Checks.size(toBytes),
        inWords(Duration.ofMillis((long) (1000 * availableBytes / bytesPerSecond))));
  }

  private static String inWords(Duration duration) {
    if (duration.toHours() >= 3) {
      return duration.toHours() + " h";
    }
    return duration.toMinutes() >= 3
        ? duration.toMinutes() + " min"
        : Math.round(seconds(duration)) + " s";
  }
}
