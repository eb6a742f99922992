package dev.healing.optimizer.prediction;

import dev.healing.api.Configuration;
import dev.healing.api.Globs;
import java.time.Duration;
import java.util.List;

/**
 * When a forecast is a problem.
 *
 * @param within it says that the limit is reached so soon
 * @param probability and that this is so likely, besides being believed at all
 * @param below from here on it is not predicted any more: another detector reports what is there
 * @param ignored components
 */
record PredictionKeys(Duration within, double probability, double below, Globs ignored) {
  private static final Duration WITHIN = Duration.ofHours(4);
  private static final Duration SHORTEST = Duration.ofMinutes(10);
  private static final Duration LONGEST = Duration.ofDays(1);

  /** The least that a forecast is believed from. */
  private static final double PROBABILITY = 0.12;

  private static final double BELOW = 0.9;

  static PredictionKeys of(Configuration section) {
    Duration within = section.duration("within", WITHIN);
    if (within.compareTo(SHORTEST) < 0 || within.compareTo(LONGEST) > 0) {
      section.contradiction("within", "10m to 24h: how soon its limit is reached");
    }
    return new PredictionKeys(
        within,
        section.fraction("probability", PROBABILITY),
        section.fraction("below", BELOW),
        Globs.of(section.globs("ignore", List.of())));
  }
}
