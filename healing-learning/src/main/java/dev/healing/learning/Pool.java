package dev.healing.learning;

import java.util.HashMap;
import java.util.Map;

/**
 * The record of one action: by type of problem, and everywhere.
 *
 * <p>Three levels of Beta distributions, each the prior of the next (Gelman et al., Bayesian Data
 * Analysis, 3rd edition, chapter 5): the action everywhere, on a type, on a problem. A mean of many
 * problems tells the more of another, the less it hangs on a single one: of {@code n} attempts on a
 * problem, where {@code k} attempts are what its type is worth to it, only {@code n (k + 1) / (n +
 * k)} count as those of a type. That is the effective number of correlated binary outcomes (Kish,
 * Survey Sampling, 1965, section 5.4, with correlation {@code 1 / (k + 1)}).
 *
 * <p>All sums are kept for every pair of {@linkplain Lending strengths}, so that an outcome changes
 * a fixed number of them, however much is known. Nobody borrows from himself: what a problem and
 * its type have added is taken out again for them.
 */
final class Pool {
  /** What the uniform distribution is worth to the record everywhere: two attempts at 0.5. */
  private static final double UNIFORM = 2;

  /** Of memory, with what it stands in. */
  static final int BYTES = 700;

  private static final int STRENGTHS = Lending.TO_PROBLEM.length;

  private final Map<String, OfType> types = new HashMap<>();
  private final double[] healed = new double[Lending.PAIRS];
  private final double[] tried = new double[Lending.PAIRS];

  /** As they were seen, for people. */
  private long healedSeen;

  private long decidedSeen;
  private double importedHealed;
  private long imported;

  OfType ofType(String type) {
    return types.computeIfAbsent(type, name -> new OfType());
  }

  int types() {
    return types.size();
  }

  /** Unless a problem of that type is known. */
  void forget(String type) {
    OfType known = types.get(type);
    if (known != null && known.problems == 0) {
      types.remove(type);
    }
  }

  private static double counted(double tried, double strength) {
    return tried * (strength + 1) / (tried + strength);
  }

  private static double rate(double healed, double tried) {
    return tried <= 0 ? 0 : healed / tried;
  }

  /** The record of the action on problems of one type. */
  final class OfType {
    /** Of memory, with what it stands in. */
    static final int BYTES = 300;

    /** How many have something to lend. */
    private int problems;

    private final double[] healed = new double[STRENGTHS];
    private final double[] tried = new double[STRENGTHS];
    private long healedSeen;
    private long decidedSeen;

    void joined() {
      problems++;
    }

    void left() {
      problems--;
    }

    /** An attempt, as it was seen. */
    void seen(long moreHealed, long moreDecided) {
      healedSeen += moreHealed;
      decidedSeen += moreDecided;
      Pool.this.healedSeen += moreHealed;
      Pool.this.decidedSeen += moreDecided;
    }

    /** Attempts that were seen on another host, on any type: for people. */
    void imported(double moreHealed, long more) {
      importedHealed += moreHealed;
      imported += more;
    }

    /** A problem's record has changed from the first two numbers to the last two. */
    void replace(double healedWas, double triedWas, double healedIs, double triedIs) {
      for (int j = 0; j < STRENGTHS; j++) {
        double strength = Lending.TO_PROBLEM[j];
        double was = counted(triedWas, strength);
        double is = counted(triedIs, strength);
        double typeHealedWas = healed[j];
        double typeTriedWas = tried[j];
        healed[j] =
            Math.max(0, healed[j] + is * rate(healedIs, triedIs) - was * rate(healedWas, triedWas));
        tried[j] = Math.max(0, tried[j] + is - was);
        for (int i = 0; i < Lending.TO_TYPE.length; i++) {
          int pair = i * STRENGTHS + j;
          double typeWas = counted(typeTriedWas, Lending.TO_TYPE[i]);
          double typeIs = counted(tried[j], Lending.TO_TYPE[i]);
          Pool.this.healed[pair] +=
              typeIs * rate(healed[j], tried[j]) - typeWas * rate(typeHealedWas, typeTriedWas);
          Pool.this.tried[pair] += typeIs - typeWas;
        }
      }
    }

    /**
     * What others' records let expect of a problem.
     *
     * @param ownHealed what this problem has added; 0 if it is new
     * @param ownTried likewise
     * @param into the expected probability of healing, by each pair of strengths
     */
    void expect(double ownHealed, double ownTried, double[] into) {
      double ownRate = rate(ownHealed, ownTried);
      for (int j = 0; j < STRENGTHS; j++) {
        double own = counted(ownTried, Lending.TO_PROBLEM[j]);
        double othersTried = Math.max(0, tried[j] - own);
        double othersHealed = Math.min(othersTried, Math.max(0, healed[j] - own * ownRate));
        double typeRate = rate(healed[j], tried[j]);
        for (int i = 0; i < Lending.TO_TYPE.length; i++) {
          int pair = i * STRENGTHS + j;
          double strength = Lending.TO_TYPE[i];
          double type = counted(tried[j], strength);
          double elsewhere = Math.max(0, Pool.this.tried[pair] - type);
          double elsewhereHealed =
              Math.min(elsewhere, Math.max(0, Pool.this.healed[pair] - type * typeRate));
          double everywhere = (elsewhereHealed + UNIFORM / 2) / (elsewhere + UNIFORM);
          into[pair] = (othersHealed + strength * everywhere) / (othersTried + strength);
        }
      }
    }

    /** Whether nobody has anything to lend. */
    boolean nothingBorrowed() {
      return Pool.this.tried[0] <= 1e-9;
    }

    long healedSeen() {
      return healedSeen;
    }

    long decidedSeen() {
      return decidedSeen;
    }

    double importedHealedEverywhere() {
      return importedHealed;
    }

    long importedEverywhere() {
      return imported;
    }

    long healedSeenEverywhere() {
      return Pool.this.healedSeen;
    }

    long decidedSeenEverywhere() {
      return Pool.this.decidedSeen;
    }
  }
}
