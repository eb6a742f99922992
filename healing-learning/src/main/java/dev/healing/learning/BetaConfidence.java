package dev.healing.learning;

import dev.healing.api.Confidence;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Confidence as the mean of what the outcomes leave to believe: (healed + 1) / (decided + 2), at
 * most 0.95.
 *
 * <p>That is the posterior mean of a binomial rate under the uniform prior Beta(1, 1), Laplace's
 * rule of succession (Gelman et al., Bayesian Data Analysis, 3rd edition, section 2.4). It is 0.5
 * without history, moves by a third with the first outcome, and reaches the ceiling with the 18th
 * success in a row.
 *
 * <p>UNCHANGED, WORSE and FAILED count as one failure each: how bad a failure is concerns the risk
 * of an action, not the chance that it heals. AMBIGUOUS is shown and not counted: a guess in either
 * direction would be learned as if it were seen.
 */
final class BetaConfidence {
  private BetaConfidence() {}

  static Confidence of(Tally tally) {
    long decided = tally.decided();
    double mean = (tally.healed() + 1.0) / (decided + 2.0);
    double value = Math.min(Confidence.MAX, mean);
    return new Confidence(value, tally.attempts(), tally.healed(), reason(tally, mean));
  }

  private static String reason(Tally tally, double mean) {
    String formula =
        String.format(
            Locale.ROOT, "(%d + 1) / (%d + 2) = %.2f", tally.healed(), tally.decided(), mean);
    String ceiling = mean > Confidence.MAX ? ", taken as at most " + Confidence.MAX : "";
    return String.format(
        Locale.ROOT,
        "on this problem it healed %d of %s%s: %s%s; the last time, %s, it was %s",
        tally.healed(),
        tally.decided() == 1 ? "1 attempt" : tally.decided() + " attempts",
        others(tally),
        formula,
        ceiling,
        tally.lastSeen(),
        tally.lastOutcome());
  }

  private static String others(Tally tally) {
    List<String> others = new ArrayList<>();
    add(others, tally.unchanged(), "unchanged");
    add(others, tally.worse(), "worse");
    add(others, tally.failed(), "failed");
    add(others, tally.ambiguous(), "not counted because nobody can know");
    return others.isEmpty() ? "" : " (" + String.join(", ", others) + ")";
  }

  private static void add(List<String> others, long count, String what) {
    if (count > 0) {
      others.add(count + " " + what);
    }
  }
}
