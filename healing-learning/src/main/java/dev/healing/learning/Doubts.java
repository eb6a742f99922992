package dev.healing.learning;

import java.util.Arrays;
import java.util.List;

/**
 * How far what was seen is to be believed. Validation looks at a symptom, and is wrong now and
 * then: a success that was none shows in that the problem returns sooner than it usually would; a
 * failure that was none in that whatever is tried next seems to heal.
 *
 * <p>How often either happens is learned from the outcomes themselves, by expectation and
 * maximisation one outcome at a time (Cappé and Moulines, On-line Expectation-Maximization
 * Algorithm for Latent Data Models, JRSS B 71, 2009): where validation is never wrong, next to
 * nothing is ever taken back.
 */
final class Doubts {
  /** How often a heal may go unseen; as likely as each predicts what the next action does. */
  private static final double[] UNSEEN = {0, 0.025, 0.05, 0.1};

  private static final double REMEMBERED = 0.9995;
  private static final double LEAST = -30;

  /** What is nearer than that to its usual time is not too soon. */
  private static final double SOON = 0.5;

  /** Beyond so many, what was learned of the time of a too early return fades. */
  private static final double MOST_SOON = 100;

  /** Probable successes that were none, and what failed and said so. */
  private double falseSuccesses;

  private double failures;

  /** Sum and number of the times after which what was not healed is back. */
  private double soonSeconds;

  private double soon;

  /** The same of all that stayed away as long as it usually does. */
  private double awaySeconds;

  private double away;
  private final double[] unseenLikelihood;

  /**
   * What {@link Doubts} has learned.
   *
   * @param falseSuccesses probable heals that were none
   * @param failures what did not heal and was seen not to
   * @param soonSeconds sum of the times after which what was not healed is back
   * @param soon how many those are
   * @param awaySeconds sum of all other times that problems stayed away
   * @param away how many those are
   * @param unseen how well each rate of unseen heals has predicted
   */
  record Learned(
      double falseSuccesses,
      double failures,
      double soonSeconds,
      double soon,
      double awaySeconds,
      double away,
      List<Double> unseen)
      implements Stored {
    /** One in twenty seeming heals of what would fail is none, and back within half an hour. */
    static final Learned NONE = new Learned(0.5, 9.5, 3 * 1800, 3, 0, 0, List.of(0., 0., 0., 0.));

    Learned {
      Counts.require("doubts.falseSuccesses", falseSuccesses, 0.1, Tally.MOST);
      Counts.require("doubts.failures", failures, 0.1, Tally.MOST);
      Counts.require("doubts.soonSeconds", soonSeconds, 1e-3, 1e15);
      Counts.require("doubts.soon", soon, 0.1, 1e6);
      Counts.require("doubts.awaySeconds", awaySeconds, 0, 1e18);
      Counts.require("doubts.away", away, 0, Tally.MOST);
      unseen = List.copyOf(unseen);
      Counts.requireSize("doubts.unseen", unseen, NONE_UNSEEN);
      unseen.forEach(l -> Counts.require("doubts.unseen", l, -1000, 0));
    }

    static Learned read(Members from) {
      return new Learned(
          from.number("falseSuccesses"),
          from.number("failures"),
          from.number("soonSeconds"),
          from.number("soon"),
          from.number("awaySeconds"),
          from.number("away"),
          from.get("unseen", Kind.listOf(Kind.NUMBER)));
    }

    @Override
    public void write(Writing object) {
      object
          .with("falseSuccesses", falseSuccesses)
          .with("failures", failures)
          .with("soonSeconds", soonSeconds)
          .with("soon", soon)
          .with("awaySeconds", awaySeconds)
          .with("away", away)
          .with("unseen", unseen);
    }

    private static final int NONE_UNSEEN = 4;
  }

  Doubts(Learned file) {
    falseSuccesses = file.falseSuccesses();
    failures = file.failures();
    soonSeconds = file.soonSeconds();
    soon = file.soon();
    awaySeconds = file.awaySeconds();
    away = file.away();
    unseenLikelihood = file.unseen().stream().mapToDouble(Double::doubleValue).toArray();
  }

  /** An action was seen not to heal. */
  void failed() {
    failures++;
  }

  /**
   * The probability that a success was none, since the problem is back; learns from it.
   *
   * @param returns of that problem
   * @param seconds after which it is back
   * @param healing how likely the action was to heal
   */
  double judge(Returns returns, double seconds, double healing) {
    double overall = away > 0 ? awaySeconds / away : seconds;
    double usual = (returns.awaySeconds + overall) / (returns.away + 1);
    if (returns.away < SOON) {
      usual = Math.max(usual, overall);
    }
    double mean = soonSeconds / soon;
    double falsely = falseSuccesses / (falseSuccesses + failures);
    double odds =
        falsely
            * (1 - healing)
            / Math.max(0.05, healing)
            * usual
            / mean
            * Math.exp(seconds / usual - seconds / mean);
    double none = seconds > SOON * usual ? 0 : odds / (1 + odds);
    falseSuccesses += none;
    soonSeconds += none * seconds;
    soon += none;
    if (soon > MOST_SOON) {
      soonSeconds *= MOST_SOON / soon;
      soon = MOST_SOON;
    }
    returns.stayedAway(seconds, 1 - none);
    awaySeconds += (1 - none) * seconds;
    away += 1 - none;
    return none;
  }

  /**
   * The probability that an action which was seen to fail has healed all the same.
   *
   * @param healing how likely it was to heal
   */
  double healedUnseen(double healing) {
    double best = Arrays.stream(unseenLikelihood).max().orElseThrow();
    double sum = 0;
    double all = 0;
    for (int i = 0; i < UNSEEN.length; i++) {
      double weight = Math.exp(unseenLikelihood[i] - best);
      sum += weight * unseen(UNSEEN[i], healing);
      all += weight;
    }
    return sum / all;
  }

  private static double unseen(double rate, double healing) {
    return rate * healing / (rate * healing + 1 - healing);
  }

  /** Learns from what the next action after that failure was seen to do. */
  void next(double healingBefore, double healing, boolean healed) {
    double best = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < UNSEEN.length; i++) {
      double gone = unseen(UNSEEN[i], healingBefore);
      double predicted = healed ? gone + (1 - gone) * healing : (1 - gone) * (1 - healing);
      unseenLikelihood[i] = REMEMBERED * unseenLikelihood[i] + Math.log(Math.max(1e-9, predicted));
      best = Math.max(best, unseenLikelihood[i]);
    }
    for (int i = 0; i < UNSEEN.length; i++) {
      unseenLikelihood[i] = Math.max(LEAST, unseenLikelihood[i] - best);
    }
  }

  Learned file() {
    List<Double> unseen =
        Arrays.stream(unseenLikelihood).map(l -> Math.rint(l * 1e9) / 1e9).boxed().toList();
    return new Learned(falseSuccesses, failures, soonSeconds, soon, awaySeconds, away, unseen);
  }
}
