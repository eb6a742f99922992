package dev.healing.core;

import dev.healing.api.ActionDescription;
import dev.healing.api.Confidence;
import dev.healing.api.Risk;
import dev.healing.api.Severity;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * What an action is worth trying: how likely it is to heal, times what that is worth, less its
 * price. The unit is what it is worth to heal a MEDIUM issue.
 *
 * <p>What may be better than it is known to be gets a little more: a mean plus a part of what is
 * uncertain about it (Auer, Cesa-Bianchi and Fischer, Finite-time Analysis of the Multiarmed Bandit
 * Problem, Machine Learning 47, 2002). Never above {@link Risk#MEDIUM}, and never on a CRITICAL
 * issue: nobody experiments there.
 *
 * <p>Of several, the next one is the first of the best ladder, not the one that is worth most by
 * itself: something cheap that helps every other time is tried before what is expensive and nearly
 * always does. If it heals, the rest is saved (Weitzman, Optimal Search for the Best Alternative,
 * Econometrica 47, 1979).
 */
final class ExpectedGain {
  /** Of the distance between the mean and the upper bound; about one standard deviation. */
  private static final double OPTIMISM = 0.6;

  /** A step later it is worth so much: the problem goes on meanwhile, and failures go unseen. */
  private static final double LATER = 0.8;

  /** Then a person is asked. */
  private static final int STEPS = 3;

  /** More than these are not arranged in every possible order. */
  private static final int MOST_ARRANGED = 8;

  private final double benefit;
  private final boolean critical;

  ExpectedGain(Severity severity) {
    this.critical = severity == Severity.CRITICAL;
    this.benefit =
        switch (severity) {
          case LOW -> 0.5;
          case MEDIUM -> 1;
          case HIGH -> 2;
          case CRITICAL -> 4;
        };
  }

  /** What it costs to try it: what it can break, and waiting for what comes of it. */
  static double price(ActionDescription action) {
    double risk =
        switch (action.risk()) {
          case LOW -> 0.02;
          case MEDIUM -> 0.06;
          case HIGH -> 0.3;
          case CRITICAL -> 0.6;
        };
    return risk + Math.min(0.2, action.settling().toMillis() / 1e6);
  }

  /** How likely it is taken to heal, with what is added because it is not known well. */
  double probability(ActionDescription action, Confidence confidence) {
    boolean explored = action.risk().compareTo(Risk.MEDIUM) <= 0 && !critical;
    double more = explored ? OPTIMISM * (confidence.upper() - confidence.value()) : 0;
    return confidence.value() + more;
  }

  /** What it is worth by itself. */
  double of(ActionDescription action, Confidence confidence) {
    return benefit * probability(action, confidence) - price(action);
  }

  /** Puts them into the order in which they should be tried. */
  <T> List<T> ladder(List<T> rungs, Rating<T> rating) {
    List<T> ordered = new ArrayList<>(rungs);
    ordered.sort(Comparator.comparingDouble(rung -> -rating.gain(rung)));
    int arranged = Math.min(MOST_ARRANGED, ordered.size());
    double[] gains = new double[arranged];
    double[] misses = new double[arranged];
    for (int i = 0; i < arranged; i++) {
      gains[i] = rating.gain(ordered.get(i));
      misses[i] = 1 - rating.probability(ordered.get(i));
    }
    List<T> first = new ArrayList<>();
    int used = 0;
    for (int left = Math.min(STEPS, arranged); left > 0; left--) {
      int best = best(gains, misses, used, left);
      first.add(ordered.get(best));
      used |= 1 << best;
    }
    ordered.removeAll(first);
    first.addAll(ordered);
    return first;
  }

  private static int best(double[] gains, double[] misses, int used, int left) {
    int best = -1;
    double most = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < gains.length; i++) {
      if ((used & 1 << i) == 0) {
        double worth = gains[i] + LATER * misses[i] * worth(gains, misses, used | 1 << i, left - 1);
        if (worth > most) {
          most = worth;
          best = i;
        }
      }
    }
    return best;
  }

  /** What the best ladder of the others is worth; 0 if none is worth anything. */
  private static double worth(double[] gains, double[] misses, int used, int left) {
    double most = 0;
    if (left > 0) {
      for (int i = 0; i < gains.length; i++) {
        if ((used & 1 << i) == 0) {
          double rest = left == 1 ? 0 : worth(gains, misses, used | 1 << i, left - 1);
          most = Math.max(most, gains[i] + LATER * misses[i] * rest);
        }
      }
    }
    return most;
  }

  /** What is known of a rung. */
  interface Rating<T> {
    double gain(T rung);

    double probability(T rung);
  }
}
