package dev.healing.learning;

import java.util.Arrays;
import java.util.List;

/**
 * How much others' records count for a problem that has little of its own: how many attempts the
 * record of its type is worth to a problem, and the action's record everywhere to a type.
 *
 * <p>Nobody can know that beforehand: where types mean something a lot, where they mean nothing
 * next to nothing. So every pair of a few strengths predicts each outcome before it is counted, and
 * counts as much as it has predicted well: the average over models, weighted by their likelihood
 * (Hoeting, Madigan, Raftery and Volinsky, Bayesian Model Averaging, Statistical Science 14, 1999),
 * which for outcomes one by one is the product of the predictions (Dawid, Present Position and
 * Potential Developments: the Prequential Approach, JRSS A 147, 1984). Old predictions count less.
 */
final class Lending {
  /** How many attempts its type's record may be worth to a problem. */
  static final double[] TO_PROBLEM = {1, 2, 4, 8, 16};

  /** How many problems the record everywhere may be worth to a type. */
  static final double[] TO_TYPE = {1, 4, 16, 64};

  /** Each of the ones with each of the others; pair {@code i * TO_PROBLEM.length + j}. */
  static final int PAIRS = TO_TYPE.length * TO_PROBLEM.length;

  /** Half of what was predicted 1400 outcomes ago counts. */
  private static final double REMEMBERED = 0.9995;

  /** So unlikely that it counts as nothing, and so near that it may come back. */
  private static final double LEAST = -30;

  /** Relative to the best: at most 0. */
  private final double[] logLikelihood = new double[PAIRS];

  private final double[] weight = new double[PAIRS];

  Lending(List<Double> logLikelihoods) {
    for (int pair = 0; pair < PAIRS; pair++) {
      logLikelihood[pair] = logLikelihoods.isEmpty() ? 0 : logLikelihoods.get(pair);
    }
    weigh();
  }

  /** How much each pair counts: 1 in all. Not to be changed. */
  double[] weights() {
    return weight;
  }

  /**
   * Learns from an outcome.
   *
   * @param predicted the probability of healing, by each pair
   * @param healed 0 to 1
   */
  void learn(double[] predicted, double healed) {
    for (int pair = 0; pair < PAIRS; pair++) {
      double likelihood = healed * predicted[pair] + (1 - healed) * (1 - predicted[pair]);
      logLikelihood[pair] = REMEMBERED * logLikelihood[pair] + Math.log(Math.max(1e-9, likelihood));
    }
    weigh();
  }

  private void weigh() {
    double best = Arrays.stream(logLikelihood).max().orElseThrow();
    double sum = 0;
    for (int pair = 0; pair < PAIRS; pair++) {
      logLikelihood[pair] = Math.max(LEAST, logLikelihood[pair] - best);
      weight[pair] = Math.exp(logLikelihood[pair]);
      sum += weight[pair];
    }
    for (int pair = 0; pair < PAIRS; pair++) {
      weight[pair] /= sum;
    }
  }

  /** How many attempts a type's record is worth to a problem, on average: to tell. */
  double toProblem() {
    double mean = 0;
    for (int pair = 0; pair < PAIRS; pair++) {
      mean += weight[pair] * TO_PROBLEM[pair % TO_PROBLEM.length];
    }
    return mean;
  }

  /** To be given to the constructor again. */
  List<Double> logLikelihoods() {
    return Arrays.stream(logLikelihood).map(l -> Math.rint(l * 1e9) / 1e9).boxed().toList();
  }
}
