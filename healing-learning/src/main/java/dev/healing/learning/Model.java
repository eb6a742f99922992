package dev.healing.learning;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * From what was seen to what can be believed: the record of a problem, weighed against that of its
 * type and of the action everywhere. Not safe for several threads.
 */
final class Model {
  final Lending lending;
  final Doubts doubts;
  private final Map<String, Pool> pools = new HashMap<>();

  /** How many types all of them have. */
  private long ofTypes;

  private final double[] expected = new double[Lending.PAIRS];
  private final double[] predicted = new double[Lending.PAIRS];

  Model(Lending lending, Doubts doubts) {
    this.lending = lending;
    this.doubts = doubts;
  }

  Pool.OfType pool(String type, String action) {
    Pool pool = pools.computeIfAbsent(action, name -> new Pool());
    ofTypes -= pool.types();
    Pool.OfType ofType = pool.ofType(type);
    ofTypes += pool.types();
    return ofType;
  }

  /** Of a problem of this type with this action nothing is known any more. */
  void forget(String type, String action) {
    Pool pool = pools.get(action);
    if (pool != null) {
      ofTypes -= pool.types();
      pool.forget(type);
      ofTypes += pool.types();
      if (pool.types() == 0) {
        pools.remove(action);
      }
    }
  }

  /** What others borrow from takes so much memory, about. */
  long bytes() {
    return ofTypes * Pool.OfType.BYTES + pools.size() * Pool.BYTES;
  }

  /** What came of an action on a problem; begun if there is nothing yet. */
  Attempts attempts(Problem problem, String action) {
    return problem.actions.computeIfAbsent(
        action, name -> new Attempts(pool(Problem.type(problem.key), name)));
  }

  /**
   * What can be believed of an action on a problem.
   *
   * @param problem absent if it is new
   * @param attempts absent if this was never tried on it
   * @param share how much of its own record counts, 0 to 1
   */
  Belief belief(
      @Nullable Problem problem, @Nullable Attempts attempts, Pool.OfType pool, double share) {
    if (problem == null || attempts == null) {
      pool.expect(0, 0, expected);
      return unseen(0, 0);
    }
    pool.expect(attempts.meanHealed(), attempts.meanTried(), expected);
    double[] weights = lending.weights();
    double mean = 0;
    double square = 0;
    for (int pair = 0; pair < Lending.PAIRS; pair++) {
      double strength = Lending.TO_PROBLEM[pair % Lending.TO_PROBLEM.length];
      double p = 0;
      double q = 0;
      for (int run = 0; run < problem.runs(); run++) {
        double tried = share * attempts.tried[run] + strength;
        double one = (share * attempts.healed[run] + strength * expected[pair]) / tried;
        p += problem.weight(run) * one;
        q += problem.weight(run) * one * (one * tried + 1) / (tried + 1);
      }
      predicted[pair] = p;
      mean += weights[pair] * p;
      square += weights[pair] * q;
    }
    return new Belief(mean, square - mean * mean);
  }

  /** Of a problem that is new here, with this much evidence from elsewhere. */
  private Belief unseen(double healed, double tried) {
    double[] weights = lending.weights();
    double mean = 0;
    double square = 0;
    for (int pair = 0; pair < Lending.PAIRS; pair++) {
      double strength = Lending.TO_PROBLEM[pair % Lending.TO_PROBLEM.length] + tried;
      double one = (healed + (strength - tried) * expected[pair]) / strength;
      predicted[pair] = one;
      mean += weights[pair] * one;
      square += weights[pair] * one * (one * strength + 1) / (strength + 1);
    }
    return new Belief(mean, square - mean * mean);
  }

  /** What others' records let expect, of what was asked last. */
  double expected() {
    double mean = 0;
    for (int pair = 0; pair < Lending.PAIRS; pair++) {
      mean += lending.weights()[pair] * expected[pair];
    }
    return mean;
  }

  /** Learns from an outcome of what was asked last, of which 0 to 1 counts as healed. */
  void learn(Problem problem, Attempts attempts, double healed) {
    double prior = expected();
    lending.learn(predicted, healed);
    problem.learn(attempts, prior, lending.toProblem(), healed);
  }
}
