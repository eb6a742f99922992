package dev.healing.learning;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The schema of {@code knowledge.json} up to version 1, which had counts only, and how it becomes
 * the newest.
 */
record Version1(long folded, Totals.Statistics statistics) {
  static final int VERSION = 1;

  static Version1 read(Members from) {
    return new Version1(
        from.whole("folded"), from.get("statistics", Kind.object(Totals.Statistics::read)));
  }

  record Problem(String fingerprint, String key, SortedMap<String, Tally> actions) {
    static Problem read(Members from) {
      return new Problem(
          from.text("fingerprint"),
          from.text("key"),
          from.or(Collections.emptySortedMap(), "actions", Kind.mapOf(Kind.object(Tally::read))));
    }

    KnownProblem newest() {
      return Version1.newest(this);
    }
  }

  KnowledgeFile newest() {
    return KnowledgeFile.fresh(folded, statistics);
  }

  private static KnownProblem newest(Problem problem) {
    SortedMap<String, KnownAction> actions = new TreeMap<>();
    problem.actions().forEach((name, tally) -> actions.put(name, newest(tally)));
    return new KnownProblem(
        problem.fingerprint(), problem.key(), List.of(1.0), null, null, null, null, actions);
  }

  private static KnownAction newest(Tally tally) {
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
