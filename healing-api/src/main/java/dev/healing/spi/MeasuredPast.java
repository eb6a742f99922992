package dev.healing.spi;

import dev.healing.api.Metric;
import dev.healing.api.Sample;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * What was measured before, also before a restart, as far as it is kept. Nothing depends on it:
 * what is not kept, or cannot be read, is not there. Safe for several threads.
 */
@FunctionalInterface
public interface MeasuredPast {
  /** Of a host that keeps nothing. */
  MeasuredPast NONE = (metric, since, step) -> List.of();

  /**
   * The highest value of each step, oldest first. It is read from files, which takes some ten
   * milliseconds: not at each look.
   *
   * @param since the first step is the one that this is in; the last one is of now
   * @param step whole seconds
   * @return samples at the beginnings of the steps in which anything was measured
   */
  List<Sample> highest(Metric metric, Instant since, Duration step);
}
