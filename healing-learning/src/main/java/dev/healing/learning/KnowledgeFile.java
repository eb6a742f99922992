package dev.healing.learning;

import dev.healing.api.ActionId;
import dev.healing.api.Fingerprint;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The schema of {@code knowledge.json}, version 1. What does not add up is refused here, so that
 * nothing behind it has to doubt a number.
 *
 * @param version of the schema
 * @param folded sequence number of the newest outcome that is counted in here
 * @param statistics over everything ever recorded, also what was forgotten since
 * @param problems least lately seen first
 */
record KnowledgeFile(int version, long folded, Statistics statistics, List<Problem> problems) {
  static final int VERSION = 1;
  static final KnowledgeFile EMPTY = new KnowledgeFile(VERSION, 0, Statistics.NONE, List.of());

  /**
   * What was tried on one problem.
   *
   * @param fingerprint the short hash, for people
   * @param key which problem
   * @param actions what came of each, by its name
   */
  record Problem(String fingerprint, String key, SortedMap<String, Tally> actions) {
    Problem {
      if (fingerprint == null || key == null || actions == null || actions.isEmpty()) {
        throw new IllegalArgumentException(
            "a problem without fingerprint, key or actions: expected all three");
      }
      String expected = new Fingerprint(key).hash();
      if (!fingerprint.equals(expected)) {
        throw new IllegalArgumentException(
            "fingerprint of '" + key + "' is '" + fingerprint + "': expected " + expected);
      }
      actions = Collections.unmodifiableSortedMap(new TreeMap<>(actions));
      for (Map.Entry<String, Tally> action : actions.entrySet()) {
        ActionId.of(action.getKey());
        if (action.getValue() == null) {
          throw new IllegalArgumentException("action " + action.getKey() + ": expected its counts");
        }
      }
    }

    long attempts() {
      return actions.values().stream().mapToLong(Tally::attempts).reduce(0, Math::addExact);
    }
  }

  /**
   * Totals.
   *
   * @param attempts how many outcomes were recorded
   * @param healed how many of them were HEALED
   * @param unchanged how many were UNCHANGED
   * @param worse how many were WORSE
   * @param failed how many were FAILED
   * @param ambiguous how many were AMBIGUOUS
   * @param forgotten how many problems were dropped, least lately seen first, to stay in bounds
   */
  record Statistics(
      long attempts,
      long healed,
      long unchanged,
      long worse,
      long failed,
      long ambiguous,
      long forgotten) {
    static final Statistics NONE = new Statistics(0, 0, 0, 0, 0, 0, 0);

    Statistics {
      Counts.require("statistics.attempts", attempts);
      Counts.require("statistics.healed", healed);
      Counts.require("statistics.unchanged", unchanged);
      Counts.require("statistics.worse", worse);
      Counts.require("statistics.failed", failed);
      Counts.require("statistics.ambiguous", ambiguous);
      Counts.require("statistics.forgotten", forgotten);
      long sum = healed + unchanged + worse + failed + ambiguous;
      if (attempts != sum) {
        throw new IllegalArgumentException(
            "statistics.attempts is " + attempts + ": expected the sum of the outcomes, " + sum);
      }
    }
  }

  KnowledgeFile {
    if (version != VERSION) {
      throw new IllegalArgumentException("version is " + version + ": expected " + VERSION);
    }
    Counts.require("folded", folded);
    if (statistics == null || problems == null) {
      throw new IllegalArgumentException("expected problems and statistics");
    }
    problems = List.copyOf(problems);
    Set<String> keys = new HashSet<>();
    long attempts = 0;
    for (Problem problem : problems) {
      if (!keys.add(problem.key())) {
        throw new IllegalArgumentException("problem '" + problem.key() + "' is there twice");
      }
      attempts += problem.attempts();
      requireAtMost(
          "attempts of all problems", attempts, "statistics.attempts", statistics.attempts());
    }
    requireAtMost("statistics.attempts", statistics.attempts(), "folded", folded);
  }

  private static void requireAtMost(String name, long count, String limitName, long limit) {
    if (count > limit) {
      throw new IllegalArgumentException(
          name + " is " + count + ": expected at most " + limitName + ", " + limit);
    }
  }
}
