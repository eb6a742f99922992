package dev.healing.learning;

import dev.healing.api.Outcome;

/** Over everything ever recorded. */
final class Totals {
  private final long[] outcomes = new long[Outcome.values().length];
  private long forgotten;
  private long selfRecovered;

  Totals(KnowledgeFile.Statistics file) {
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

  KnowledgeFile.Statistics file() {
    long healed = of(Outcome.HEALED);
    long unchanged = of(Outcome.UNCHANGED);
    long worse = of(Outcome.WORSE);
    long failed = of(Outcome.FAILED);
    long ambiguous = of(Outcome.AMBIGUOUS);
    return new KnowledgeFile.Statistics(
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
