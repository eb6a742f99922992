package dev.healing.learning;

import dev.healing.api.Fingerprint;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one problem: of each action, and since when it has been the same.
 *
 * <p>A world changes at once: a new generation, and what healed no longer does. With each outcome
 * it may have; what is kept are the likeliest moments and what counts since each, and they are
 * believed as they predict what comes next (Adams and MacKay, Bayesian Online Changepoint
 * Detection, 2007). A change concerns all actions on the problem: it is another problem now.
 */
final class Problem {
  /** How many moments are kept. Three do as well as six. */
  static final int MOST_RUNS = 3;

  /** With its arrays and maps. */
  private static final int OWN_BYTES = 600;

  /** How probable it is that it changes with the next outcome. */
  private static final double CHANGES = 0.01;

  final String key;
  final Map<String, Attempts> actions = new TreeMap<>();
  final Returns returns;

  /** From when it came to when it came again. */
  final Gaps gaps;

  /** Which others were there when it came, by their keys. */
  final Map<String, Company> company = new TreeMap<>();

  /** How it fares when it is left alone; null if it never was. */
  @Nullable LifeTable alone;

  /** As last {@linkplain #weighed weighed}. */
  long bytes;

  /** Characters that are kept of a key that is too long. */
  private static final int BEGINNING = 1_000;

  private final double[] weights = new double[MOST_RUNS];
  private int runs;

  Problem(String key, double[] runWeights, Returns returns, Gaps gaps) {
    this.key = key;
    this.returns = returns;
    this.gaps = gaps;
    this.runs = runWeights.length;
    System.arraycopy(runWeights, 0, weights, 0, runs);
  }

  static Problem unknown(String key) {
    return new Problem(key, new double[] {1}, new Returns(), new Gaps());
  }

  /**
   * By what it is remembered: its key. Of one that is longer than what is read, as that of many
   * components together, how it begins, its hash, by which people know it, and a digest: no other
   * has that, since a colon in a key has a backslash before it.
   */
  static String key(Fingerprint fingerprint) {
    String key = fingerprint.key();
    if (key.length() <= Json.LONGEST) {
      return key;
    }
    int end = Character.isHighSurrogate(key.charAt(BEGINNING - 1)) ? BEGINNING - 1 : BEGINNING;
    return key.substring(0, end) + ",:" + fingerprint.hash() + "-" + KnowledgeJson.digest(key);
  }

  /** The type of a key; the whole of it if it has none. */
  static String type(String key) {
    int colon = key.indexOf(':');
    return colon < 0 ? key : key.substring(0, colon);
  }

  /** It was left alone for so long, and then passed by itself, or something was done. */
  void leftAlone(double seconds, boolean passed) {
    if (alone == null && seconds > 0) {
      alone = new LifeTable();
    }
    if (alone != null) {
      alone.count(seconds, passed);
    }
  }

  /** What it takes in memory, about. */
  long weighed() {
    long all = OWN_BYTES + 2L * key.length() + (alone == null ? 0 : 2L * 8 * LifeTable.SPANS);
    for (String other : company.keySet()) {
      all += Company.BYTES + 2L * other.length();
    }
    for (Attempts attempts : actions.values()) {
      all += attempts.weighed();
    }
    return all;
  }

  int runs() {
    return runs;
  }

  double weight(int run) {
    return weights[run];
  }

  /**
   * Learns from an outcome of an action on it.
   *
   * @param expected the probability of healing without history
   * @param strength how many attempts that is worth
   * @param healed 0 to 1
   */
  void learn(Attempts action, double expected, double strength, double healed) {
    double sum = 0;
    for (int run = 0; run < runs; run++) {
      double predicted =
          (action.healed[run] + strength * expected) / (action.tried[run] + strength);
      weights[run] *= healed * predicted + (1 - healed) * (1 - predicted);
      sum += weights[run];
    }
    for (int run = 0; run < runs; run++) {
      weights[run] *= (1 - CHANGES) / sum;
    }
    action.count(runs, healed);
    if (runs == MOST_RUNS) {
      forgetUnlikeliest();
    }
    weights[runs] = CHANGES;
    runs++;
    double all = 0;
    for (int run = 0; run < runs; run++) {
      all += weights[run];
    }
    for (int run = 0; run < runs; run++) {
      weights[run] /= all;
    }
    lend();
  }

  private void forgetUnlikeliest() {
    int unlikeliest = 0;
    for (int run = 1; run < runs; run++) {
      // By more than what is rounded, so that a restart changes nothing.
      unlikeliest = weights[run] < weights[unlikeliest] - 1e-6 ? run : unlikeliest;
    }
    runs--;
    System.arraycopy(weights, unlikeliest + 1, weights, unlikeliest, runs - unlikeliest);
    for (Attempts action : actions.values()) {
      for (double[] counts : new double[][] {action.healed, action.tried}) {
        System.arraycopy(counts, unlikeliest + 1, counts, unlikeliest, runs - unlikeliest);
        counts[runs] = 0;
      }
    }
  }

  /** Has others borrow from what counts now. */
  void lend() {
    for (Attempts action : actions.values()) {
      action.lend(runs, weights);
    }
  }
}
