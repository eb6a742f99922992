package dev.healing.learning;

import dev.healing.api.Outcome;
import java.time.Instant;

/**
 * What came of one action on one problem.
 *
 * @param attempts how often it was started: the sum of the others
 * @param healed how often the problem was gone afterwards
 * @param unchanged how often it was still there
 * @param worse how often it was more severe
 * @param failed how often the action itself did not work
 * @param ambiguous how often nobody can know
 * @param lastOutcome the newest
 * @param lastSeen when that was
 */
record Tally(
    long attempts,
    long healed,
    long unchanged,
    long worse,
    long failed,
    long ambiguous,
    Outcome lastOutcome,
    Instant lastSeen) {
  /** Far above any honest count, and low enough that sums of counts cannot overflow. */
  static final long MOST = 1L << 53;

  Tally {
    Counts.require("attempts", attempts);
    Counts.require("healed", healed);
    Counts.require("unchanged", unchanged);
    Counts.require("worse", worse);
    Counts.require("failed", failed);
    Counts.require("ambiguous", ambiguous);
    long sum = healed + unchanged + worse + failed + ambiguous;
    if (attempts != sum) {
      throw new IllegalArgumentException(
          "attempts is " + attempts + ": expected the sum of the outcomes, " + sum);
    }
    if (attempts == 0) {
      throw new IllegalArgumentException("an action without attempts: expected at least one");
    }
    if (lastOutcome == Outcome.NOT_ATTEMPTED) {
      throw new IllegalArgumentException("lastOutcome is NOT_ATTEMPTED: expected what came of it");
    }
  }

  static Tally read(Members from) {
    return new Tally(
        from.whole("attempts"),
        from.whole("healed"),
        from.whole("unchanged"),
        from.whole("worse"),
        from.whole("failed"),
        from.whole("ambiguous"),
        from.get("lastOutcome", Kind.oneOf(Outcome.class)),
        from.get("lastSeen", Kind.TIME));
  }

  static Tally first(Outcome outcome, Instant at) {
    return new Tally(
        1,
        one(outcome, Outcome.HEALED),
        one(outcome, Outcome.UNCHANGED),
        one(outcome, Outcome.WORSE),
        one(outcome, Outcome.FAILED),
        one(outcome, Outcome.AMBIGUOUS),
        outcome,
        at);
  }

  Tally plus(Outcome outcome, Instant at) {
    return new Tally(
        attempts + 1,
        healed + one(outcome, Outcome.HEALED),
        unchanged + one(outcome, Outcome.UNCHANGED),
        worse + one(outcome, Outcome.WORSE),
        failed + one(outcome, Outcome.FAILED),
        ambiguous + one(outcome, Outcome.AMBIGUOUS),
        outcome,
        at);
  }

  /** The attempts of which we know whether they healed. */
  long decided() {
    return attempts - ambiguous;
  }

  private static long one(Outcome actual, Outcome counted) {
    return actual == counted ? 1 : 0;
  }
}
