package dev.healing.detect;

import dev.healing.api.Sample;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * How fast a value falls, by its newest samples: of the last 700 ms, since who takes something on a
 * busy host does so by fits and starts; or the last three if these are further apart.
 *
 * @param value the newest one
 * @param perSecond above 0
 */
record Fall(double value, double perSecond) {
  private static final int FEWEST = 3;
  private static final int MOST = 32;
  private static final Duration SHORTEST = Duration.ofMillis(700);
  private static final Duration LONGEST = Duration.ofSeconds(4);

  /** Absent if it does not fall any more, or too little is known. */
  static Optional<Fall> of(List<Sample> oldestFirst) {
    List<Sample> samples = newest(oldestFirst);
    if (samples.size() < FEWEST) {
      return Optional.empty();
    }
    Sample last = samples.get(samples.size() - 1);
    boolean still = last.value() < samples.get(samples.size() / 2).value();
    double pace = pace(samples.get(0), last);
    return still && pace > 0 ? Optional.of(new Fall(last.value(), pace)) : Optional.empty();
  }

  /** Whether samples before these would change nothing. */
  static boolean enough(List<Sample> oldestFirst) {
    int before = oldestFirst.size() - FEWEST - 1;
    return before >= 0
        && oldestFirst
            .get(before)
            .at()
            .isBefore(oldestFirst.get(oldestFirst.size() - 1).at().minus(SHORTEST));
  }

  private static List<Sample> newest(List<Sample> oldestFirst) {
    int size = oldestFirst.size();
    if (size < FEWEST) {
      return List.of();
    }
    Instant last = oldestFirst.get(size - 1).at();
    int first = size - FEWEST;
    while (first > Math.max(0, size - MOST)
        && !oldestFirst.get(first - 1).at().isBefore(last.minus(SHORTEST))) {
      first--;
    }
    return oldestFirst.get(first).at().isBefore(last.minus(LONGEST))
        ? List.of()
        : oldestFirst.subList(first, size);
  }

  private static double pace(Sample from, Sample to) {
    double seconds = Duration.between(from.at(), to.at()).toNanos() / 1e9;
    return seconds <= 0 ? 0 : (from.value() - to.value()) / seconds;
  }

  /** When nothing is left, at this pace. */
  double endsInSeconds() {
    return value / perSecond;
  }

  /** What is left after this time, at this pace. */
  double after(Duration ahead) {
    return value - perSecond * ahead.toNanos() / 1e9;
  }
}
