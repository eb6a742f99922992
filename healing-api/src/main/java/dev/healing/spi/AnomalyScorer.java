package dev.healing.spi;

import java.time.Instant;

/**
 * Says of each value of one series how strange it is, given those before it and nothing else. Needs
 * no threshold and no idea of what the values mean. Bounded memory; not safe for several threads.
 */
public interface AnomalyScorer {
  /**
   * How strange this value is.
   *
   * @param at when it was measured; not before the one before it. A sample that is missing is left
   *     out.
   * @param value finite
   * @return 0 (nothing to say) to 1; comparable between series of any kind
   */
  double score(Instant at, double value);
}
