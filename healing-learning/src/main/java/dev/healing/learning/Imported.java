package dev.healing.learning;

import org.jspecify.annotations.Nullable;

/**
 * Evidence that was not seen here: how much there is of it, and where it came from.
 *
 * @param attempts how many attempts
 * @param healed how many of them healed; a part where several actions healed together
 * @param from where it came from; absent if there is none
 */
record Imported(long attempts, double healed, @Nullable String from) {
  static final Imported NONE = new Imported(0, 0, null);

  /** What was seen on another host or by another program counts a quarter, */
  private static final double COUNTS = 0.25;

  /** and all of it together never more than a few attempts here. */
  private static final double MOST_COUNTED = 4;

  Imported {
    Counts.require("imported.attempts", attempts);
    Counts.require("imported.healed", healed, 0, attempts);
    if (attempts > 0 && from == null) {
      throw new IllegalArgumentException("imported attempts: expected where they come from");
    }
  }

  Imported plus(Imported more) {
    return new Imported(
        attempts + more.attempts, healed + more.healed, more.from == null ? from : more.from);
  }

  /** How many attempts here it counts as. */
  double counted() {
    return Math.min(MOST_COUNTED, COUNTS * attempts);
  }

  /** How many of those count as healed. */
  double countedHealed() {
    return attempts == 0 ? 0 : counted() * healed / attempts;
  }
}
