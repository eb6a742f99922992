package dev.healing.learning;

import dev.healing.api.Outcome;

/** Over everything ever recorded. */
final class Totals {
  private final long[] outcomes = new long[Outcome.values().length];
  private long forgotten;
  private long selfRecovered;

  /**
   * Totals.
   *
   * @param attempts how many outcomes were recorded
   * @param healed how many of them were HEALED
   * @param unchanged how many were UNCHANGED
   * @param worse how many were WORSE
   * @param failed how many were FAILED
   * @param ambiguous how many were AMBIGUOUS
   * @param forgotten how many problems were dropped, least lately seen first, to stay in bounds
   * @param selfRecovered how many incidents passed by themselves; absent before version 3
   */
  record Statistics(
      long attempts,
      long healed,
      long unchanged,
      long worse,
      long failed,
      long ambiguous,
      long forgotten,
      long selfRecovered)
      implements Stored {
    static final Statistics NONE = new Statistics(0, 0, 0, 0, 0, 0, 0, 0);

    Statistics {
      Counts.require("statistics.attempts", attempts);
      Counts.require("statistics.healed", healed);
      Counts.require("statistics.unchanged", unchanged);
      Counts.require("statistics.worse", worse);
      Counts.require("statistics.failed", failed);
      Counts.require("statistics.ambiguous", ambiguous);
      Counts.require("statistics.forgotten", forgotten);
      Counts.require("statistics.selfRecovered", selfRecovered);
      long sum = healed + unchanged + worse + failed + ambiguous;
      if (attempts != sum) {
        throw new IllegalArgumentException(
            "statistics.attempts is " + attempts + ": expected the sum of the outcomes, " + sum);
      }
    }

    static Statistics read(Members from) {
      return new Statistics(
          from.whole("attempts"),
          from.whole("healed"),
          from.whole("unchanged"),
          from.whole("worse"),
          from.whole("failed"),
          from.whole("ambiguous"),
          from.whole("forgotten"),
          from.whole("selfRecovered"));
    }

    @Override
    public void write(Writing object) {
      object
          .with("attempts", attempts)
          .with("healed", healed)
          .with("unchanged", unchanged)
          .with("worse", worse)
          .with("failed", failed)
          .with("ambiguous", ambiguous)
          .with("forgotten", forgotten)
          .with("selfRecovered", selfRecovered);
    }
  }

  Totals(Statistics file) {
    outcomes[Outcome.HEALED.ordinal()] = file.healed();
    outcomes[Outcome.UNCHANGED.ordinal()] = file.unchanged();
    outcomes[Outcome.WORSE.ordinal()] = file.worse();
    outcomes[Outcome.FAILED.ordinal()] = file.failed();
    outcomes[Outcome.AMBIGUOUS.ordinal()] = file.ambiguous();
    forgotten = file.forgotten();
    selfRecovered = file.selfRecovered();
  }

  void count(Outcome outcome) {
    outcomes[outcome.ordinal()]++;
  }

  /** A problem passed by itself. */
  void passed() {
    selfRecovered++;
  }

  void forgot() {
    forgotten++;
  }

  private long of(Outcome outcome) {
    return outcomes[outcome.ordinal()];
  }

  Statistics file() {
    long healed = of(Outcome.HEALED);
    long unchanged = of(Outcome.UNCHANGED);
    long worse = of(Outcome.WORSE);
    long failed = of(Outcome.FAILED);
    long ambiguous = of(Outcome.AMBIGUOUS);
    return new Statistics(
        healed + unchanged + worse + failed + ambiguous,
        healed,
        unchanged,
        worse,
        failed,
        ambiguous,
        forgotten,
        selfRecovered);
  }
}
