package dev.healing.learning;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The schema of {@code knowledge.json} up to version 1, which had counts only, and how it becomes
 * the newest.
 */
record Version1(int version, long folded, Totals.Statistics statistics) {
  static final int VERSION = 1;

  record Problem(String fingerprint, String key, SortedMap<String, Tally> actions) {
    KnownProblem newest() {
      return Version1.newest(this);
    }
  }

  KnowledgeFile newest() {
    if (statistics == null) {
      throw new IllegalArgumentException("expected statistics");
    }
    return KnowledgeFile.fresh(folded, statistics);
  }

  private static KnownProblem newest(Problem problem) {
    SortedMap<String, KnownAction> actions = new TreeMap<>();
    if (problem.actions() != null) {
      problem.actions().forEach((name, tally) -> actions.put(name, newest(name, tally)));
    }
    return new KnownProblem(
        problem.fingerprint(), problem.key(), List.of(1.0), null, null, null, null, actions);
  }

  private static KnownAction newest(String name, Tally tally) {
    if (tally == null) {
      throw new IllegalArgumentException("action " + name + ": expected its counts");
    }
    double tried = Math.min(tally.decided(), Attempts.MOST_COUNTED);
    double healed = tally.decided() == 0 ? 0 : tried * tally.healed() / tally.decided();
    return new KnownAction(
        tally.attempts(),
        tally.healed(),
        tally.unchanged(),
        tally.worse(),
        tally.failed(),
        tally.ambiguous(),
        0,
        null,
        null,
        List.of(healed, tried),
        tally.lastOutcome(),
        tally.lastSeen(),
        null);
  }
}
