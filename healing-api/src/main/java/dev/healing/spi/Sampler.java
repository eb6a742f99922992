package dev.healing.spi;

import dev.healing.api.Metric;
import dev.healing.api.Reading;
import java.util.Set;

/**
 * Measures the host. Called once per look by one thread at a time, with the deadline of a {@link
 * Detector}; cheap, since it runs every second. A sampler that wants to look at something less
 * often keeps the last value only as long as it is true.
 */
public interface Sampler {
  /** Reads everything now. What cannot be read is named in the reading, not thrown. */
  Reading read();

  /**
   * What it can measure, so that a configuration that names something else is a mistake; of which
   * there is one for each of several components, with {@code *} as its component. Empty if it does
   * not say. The same every time; any thread, at once.
   */
  default Set<Metric> metrics() {
    return Set.of();
  }
}
