package dev.healing.learning;

import dev.healing.api.Outcome;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What came of one action on one problem: as it was seen, and as it counts. Belongs to a {@link
 * Problem}.
 */
final class Attempts {
  /** Outcomes before the newest hundred or so fade: the world drifts, if slowly. */
  private static final double FADING = 0.99;

  /** What {@link #FADING} makes of an endless row of attempts. */
  static final double MOST_COUNTED = 1 / (1 - FADING);

  /** With its arrays, and what it stands in. */
  private static final int OWN_BYTES = 500;

  final Pool.OfType pool;
  private @Nullable Tally seen;
  double takenBack;

  /** What counts if the problem has been the same since the first, second, ... possible change. */
  final double[] healed = new double[Problem.MOST_RUNS];

  final double[] tried = new double[Problem.MOST_RUNS];

  /** What of it came from elsewhere, as it was seen there. */
  private Imported imported = Imported.NONE;

  /** The part of that which the pool counts. */
  private Imported importedLent = Imported.NONE;

  Course course = Course.NONE;

  /** From when it was started and healed to when the problem was back. */
  Gaps bought = new Gaps();

  private double meanHealed;
  private double meanTried;

  Attempts(Pool.OfType pool) {
    this.pool = pool;
    pool.joined();
  }

  /** What it takes in memory, about. */
  long weighed() {
    return OWN_BYTES + course.weighed();
  }

  @Nullable Tally seen() {
    return seen;
  }

  Imported imported() {
    return imported;
  }

  /** All that came from elsewhere. */
  void imported(Imported all) {
    imported = all;
    lendImported(all);
  }

  private void lendImported(Imported now) {
    pool.imported(now.healed() - importedLent.healed(), now.attempts() - importedLent.attempts());
    importedLent = now;
  }

  /** What came from elsewhere, as far as others borrow from it. */
  Imported importedLent() {
    return importedLent;
  }

  /** For what is read back. */
  void seen(Tally tally) {
    seen = tally;
    pool.seen(tally.healed(), tally.decided());
  }

  void saw(Outcome outcome, Instant at) {
    Tally before = seen;
    seen = before == null ? Tally.first(outcome, at) : before.plus(outcome, at);
    if (outcome != Outcome.AMBIGUOUS) {
      pool.seen(outcome == Outcome.HEALED ? 1 : 0, 1);
    }
  }

  /** Counts an attempt that healed, did not, or in part. */
  void count(int runs, double share) {
    for (int run = 0; run < runs; run++) {
      healed[run] = FADING * healed[run] + share;
      tried[run] = FADING * tried[run] + 1;
    }
  }

  /** What counted as healed does so by this much more or less. */
  void correct(int runs, double more) {
    for (int run = 0; run < runs; run++) {
      healed[run] = Math.max(0, Math.min(tried[run], healed[run] + more));
    }
  }

  /**
   * Adds what was seen elsewhere, to what was before any change. Less may count as healed than did
   * before.
   */
  void add(double moreHealed, double moreTried) {
    tried[0] += moreTried;
    healed[0] = Math.max(0, Math.min(tried[0], healed[0] + moreHealed));
  }

  /** Has others borrow from what counts now. */
  void lend(int runs, double[] weights) {
    double newHealed = 0;
    double newTried = 0;
    for (int run = 0; run < runs; run++) {
      newHealed += weights[run] * healed[run];
      newTried += weights[run] * tried[run];
    }
    if (newHealed != meanHealed || newTried != meanTried) {
      pool.replace(meanHealed, meanTried, newHealed, newTried);
      meanHealed = newHealed;
      meanTried = newTried;
    }
  }

  /** Takes away all that others borrow. */
  void withdraw() {
    pool.replace(meanHealed, meanTried, 0, 0);
    Tally tally = seen;
    if (tally != null) {
      pool.seen(-tally.healed(), -tally.decided());
    }
    meanHealed = 0;
    meanTried = 0;
    lendImported(Imported.NONE);
    pool.left();
  }

  /** Whether most of what was seen no longer counts, since the problem has changed. */
  boolean outdated() {
    Tally tally = seen;
    double all = tally == null ? 0 : MOST_COUNTED * (1 - Math.pow(FADING, tally.decided()));
    return meanTried < all / 2;
  }

  double meanHealed() {
    return meanHealed;
  }

  double meanTried() {
    return meanTried;
  }
}
