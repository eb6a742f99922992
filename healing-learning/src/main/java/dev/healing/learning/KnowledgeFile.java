package dev.healing.learning;

import dev.healing.api.ActionId;
import dev.healing.api.Fingerprint;
import dev.healing.api.Outcome;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The schema of {@code knowledge.json}, version 3. What does not add up is refused here, so that
 * nothing behind it has to doubt a number.
 *
 * @param version of the schema
 * @param folded sequence number of the newest outcome that is counted in here
 * @param statistics over everything ever recorded, also what was forgotten since
 * @param calibration whether what was shown was true
 * @param lending how well each strength of {@link Lending} has predicted; none in a new file
 * @param doubts how often validation was wrong
 * @param imports what was imported, and from where
 * @param seeds what was imported of problems of which only the short hash is known
 * @param standings which actions have lost autonomy; absent before version 3
 * @param problems least lately seen first
 */
record KnowledgeFile(
    int version,
    long folded,
    Statistics statistics,
    Calibration calibration,
    List<Double> lending,
    Doubts doubts,
    List<Import> imports,
    SortedMap<String, SortedMap<String, Imported>> seeds,
    List<Standings.Fallen> standings,
    List<Problem> problems) {
  static final int VERSION = 3;

  /** It lacked what may be absent here. */
  private static final int BEFORE = 2;

  static final KnowledgeFile EMPTY = fresh(0, Statistics.NONE, List.of());

  /** With nothing but what was tried and what came of it. */
  static KnowledgeFile fresh(long folded, Statistics statistics, List<Problem> problems) {
    return new KnowledgeFile(
        VERSION,
        folded,
        statistics,
        Calibration.NONE,
        List.of(),
        Doubts.NONE,
        List.of(),
        Collections.emptySortedMap(),
        List.of(),
        problems);
  }

  /**
   * What was tried on one problem.
   *
   * @param fingerprint the short hash, for people
   * @param key which problem
   * @param runs how probable it is that it has been the same since each of some moments
   * @param returns when it was there; absent if nothing is known of that
   * @param leftAlone its {@link LifeTable}; absent if it was never left alone
   * @param actions what came of each, by its name
   */
  record Problem(
      String fingerprint,
      String key,
      List<Double> runs,
      @Nullable Absences returns,
      @Nullable List<Double> leftAlone,
      SortedMap<String, Action> actions) {
    Problem {
      if (fingerprint == null || key == null || runs == null || actions == null) {
        throw new IllegalArgumentException(
            "a problem without fingerprint, key, runs or actions: expected all four");
      }
      if (actions.isEmpty() && leftAlone == null) {
        throw new IllegalArgumentException(
            "problem '" + key + "': expected actions, or that it was left alone");
      }
      leftAlone = leftAlone == null ? null : List.copyOf(leftAlone);
      String expected = new Fingerprint(key).hash();
      if (!fingerprint.equals(expected)) {
        throw new IllegalArgumentException(
            "fingerprint of '" + key + "' is '" + fingerprint + "': expected " + expected);
      }
      runs = List.copyOf(runs);
      Counts.requireSize("runs", runs, 1, dev.healing.learning.Problem.MOST_RUNS);
      runs.forEach(weight -> Counts.require("runs", weight, 0, 1));
      double sum = runs.stream().mapToDouble(Double::doubleValue).sum();
      Counts.require("sum of runs", sum, 0.999, 1.001);
      actions = Collections.unmodifiableSortedMap(new TreeMap<>(actions));
      for (Map.Entry<String, Action> action : actions.entrySet()) {
        ActionId.of(action.getKey());
        if (action.getValue() == null) {
          throw new IllegalArgumentException("action " + action.getKey() + ": expected its counts");
        }
        Counts.requireSize(
            "counted of " + action.getKey(), action.getValue().counted(), 2 * runs.size());
      }
    }

    long attempts() {
      return actions.values().stream().mapToLong(Action::attempts).reduce(0, Math::addExact);
    }

    static Problem of(dev.healing.learning.Problem problem) {
      List<Double> runs = new ArrayList<>();
      for (int run = 0; run < problem.runs(); run++) {
        runs.add(Counts.rounded(problem.weight(run)));
      }
      TreeMap<String, Action> actions = new TreeMap<>();
      problem.actions.forEach(
          (name, attempts) -> actions.put(name, Action.of(attempts, problem.runs())));
      LifeTable alone = problem.alone;
      return new Problem(
          new Fingerprint(problem.key).hash(),
          problem.key,
          runs,
          Absences.of(problem.returns),
          alone == null ? null : alone.file(),
          actions);
    }

    dev.healing.learning.Problem open(Model model) {
      double[] weights = runs.stream().mapToDouble(Double::doubleValue).toArray();
      Returns opened = returns == null ? new Returns() : returns.open();
      dev.healing.learning.Problem problem = new dev.healing.learning.Problem(key, weights, opened);
      String type = dev.healing.learning.Problem.type(key);
      actions.forEach(
          (name, action) -> problem.actions.put(name, action.open(model.pool(type, name))));
      problem.lend();
      if (leftAlone != null) {
        problem.alone = LifeTable.of(leftAlone);
      }
      return problem;
    }
  }

  /**
   * What came of one action on one problem. The first six and the last two as in {@link Tally}, and
   * all zero or absent if it was never tried here.
   *
   * @param takenBack how many heals were probably none, since the problem was back too soon
   * @param counted what counts as healed and as tried, for each of the problem's runs
   * @param imported what was seen elsewhere; absent if nothing
   */
  record Action(
      long attempts,
      long healed,
      long unchanged,
      long worse,
      long failed,
      long ambiguous,
      double takenBack,
      List<Double> counted,
      @Nullable Outcome lastOutcome,
      @Nullable Instant lastSeen,
      @Nullable Imported imported) {
    Action {
      if (counted == null) {
        throw new IllegalArgumentException("an action without counted: expected what counts");
      }
      counted = List.copyOf(counted);
      Counts.require("takenBack", takenBack, 0, Tally.MOST);
      for (int i = 0; i + 1 < counted.size(); i += 2) {
        Counts.require("counted", counted.get(i + 1), 0, 2 * Attempts.MOST_COUNTED);
        Counts.require("counted", counted.get(i), 0, counted.get(i + 1) + 1e-6);
      }
      if (attempts != 0 || imported == null) {
        tally(attempts, healed, unchanged, worse, failed, ambiguous, lastOutcome, lastSeen);
      }
    }

    private static Tally tally(
        long attempts,
        long healed,
        long unchanged,
        long worse,
        long failed,
        long ambiguous,
        @Nullable Outcome lastOutcome,
        @Nullable Instant lastSeen) {
      if (lastOutcome == null || lastSeen == null) {
        throw new IllegalArgumentException(
            "an action without lastOutcome or lastSeen: expected both");
      }
      return new Tally(
          attempts, healed, unchanged, worse, failed, ambiguous, lastOutcome, lastSeen);
    }

    static Action of(Attempts attempts, int runs) {
      List<Double> counted = new ArrayList<>();
      for (int run = 0; run < runs; run++) {
        counted.add(Counts.rounded(attempts.healed[run]));
        counted.add(Counts.rounded(attempts.tried[run]));
      }
      Tally seen = attempts.seen();
      Imported imported = attempts.imported.attempts() == 0 ? null : attempts.imported;
      double takenBack = Counts.rounded(attempts.takenBack);
      return seen == null
          ? new Action(0, 0, 0, 0, 0, 0, takenBack, counted, null, null, imported)
          : new Action(
              seen.attempts(),
              seen.healed(),
              seen.unchanged(),
              seen.worse(),
              seen.failed(),
              seen.ambiguous(),
              takenBack,
              counted,
              seen.lastOutcome(),
              seen.lastSeen(),
              imported);
    }

    Attempts open(Pool.OfType pool) {
      Attempts opened = new Attempts(pool);
      if (attempts != 0) {
        opened.seen(
            tally(attempts, healed, unchanged, worse, failed, ambiguous, lastOutcome, lastSeen));
      }
      opened.takenBack = takenBack;
      for (int i = 0; i + 1 < counted.size(); i += 2) {
        opened.healed[i / 2] = counted.get(i);
        opened.tried[i / 2] = counted.get(i + 1);
      }
      opened.imported = imported == null ? Imported.NONE : imported;
      return opened;
    }
  }

  /**
   * What {@link dev.healing.learning.Calibration} has counted.
   *
   * @param attempts how many
   * @param squares sum of the squared errors
   * @param brierScore their mean; absent without any. Computed
   * @param calibrationError how far what was shown is from what healed, on average. Computed
   * @param bins of confidences from 0 to 0.1, ...
   */
  record Calibration(
      long attempts,
      double squares,
      @Nullable Double brierScore,
      @Nullable Double calibrationError,
      List<Bin> bins) {
    static final Calibration NONE = new Calibration(0, 0, null, null, List.of());

    Calibration {
      Counts.require("calibration.attempts", attempts);
      Counts.require("calibration.squares", squares, 0, Tally.MOST);
      if (bins == null) {
        throw new IllegalArgumentException("calibration without bins: expected them");
      }
      bins = List.copyOf(bins);
      Counts.requireSize("bins", bins, 0, dev.healing.learning.Calibration.BINS);
    }
  }

  /**
   * One of them.
   *
   * @param attempts how many
   * @param shown their mean confidence
   * @param healed which share of them healed
   */
  record Bin(long attempts, double shown, double healed) {
    Bin {
      Counts.require("bins.attempts", attempts);
      Counts.require("bins.shown", shown, 0, 1);
      Counts.require("bins.healed", healed, 0, 1);
    }
  }

  /**
   * What {@link dev.healing.learning.Doubts} has learned.
   *
   * @param falseSuccesses probable heals that were none
   * @param failures what did not heal and was seen not to
   * @param soonSeconds sum of the times after which what was not healed is back
   * @param soon how many those are
   * @param awaySeconds sum of all other times that problems stayed away
   * @param away how many those are
   * @param unseen how well each rate of unseen heals has predicted
   */
  record Doubts(
      double falseSuccesses,
      double failures,
      double soonSeconds,
      double soon,
      double awaySeconds,
      double away,
      List<Double> unseen) {
    /** One in twenty seeming heals of what would fail is none, and back within half an hour. */
    static final Doubts NONE = new Doubts(0.5, 9.5, 3 * 1800, 3, 0, 0, List.of(0., 0., 0., 0.));

    Doubts {
      Counts.require("doubts.falseSuccesses", falseSuccesses, 0.1, Tally.MOST);
      Counts.require("doubts.failures", failures, 0.1, Tally.MOST);
      Counts.require("doubts.soonSeconds", soonSeconds, 1e-3, 1e15);
      Counts.require("doubts.soon", soon, 0.1, 1e6);
      Counts.require("doubts.awaySeconds", awaySeconds, 0, 1e18);
      Counts.require("doubts.away", away, 0, Tally.MOST);
      if (unseen == null) {
        throw new IllegalArgumentException("doubts without unseen: expected them");
      }
      unseen = List.copyOf(unseen);
      Counts.requireSize("doubts.unseen", unseen, NONE_UNSEEN);
      unseen.forEach(l -> Counts.require("doubts.unseen", l, -1000, 0));
    }

    private static final int NONE_UNSEEN = 4;
  }

  /**
   * One import.
   *
   * @param from what was imported, for people
   * @param digest of its text, so that nothing is counted twice
   * @param at when
   * @param attempts how many attempts were taken from it
   */
  record Import(String from, String digest, Instant at, long attempts) {
    Import {
      if (from == null || digest == null || at == null) {
        throw new IllegalArgumentException("an import without from, digest or at");
      }
      Counts.require("imports.attempts", attempts);
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
   * @param selfRecovered how many incidents passed by themselves; absent before version 3
   */
  record Statistics(
      long attempts,
      long healed,
      long unchanged,
      long worse,
      long failed,
      long ambiguous,
      long forgotten,
      Long selfRecovered) {
    static final Statistics NONE = new Statistics(0, 0, 0, 0, 0, 0, 0, 0L);

    Statistics {
      Counts.require("statistics.attempts", attempts);
      Counts.require("statistics.healed", healed);
      Counts.require("statistics.unchanged", unchanged);
      Counts.require("statistics.worse", worse);
      Counts.require("statistics.failed", failed);
      Counts.require("statistics.ambiguous", ambiguous);
      Counts.require("statistics.forgotten", forgotten);
      selfRecovered = selfRecovered == null ? 0L : selfRecovered;
      Counts.require("statistics.selfRecovered", selfRecovered);
      long sum = healed + unchanged + worse + failed + ambiguous;
      if (attempts != sum) {
        throw new IllegalArgumentException(
            "statistics.attempts is " + attempts + ": expected the sum of the outcomes, " + sum);
      }
    }
  }

  KnowledgeFile {
    if (version != VERSION && version != BEFORE) {
      throw new IllegalArgumentException("version is " + version + ": expected " + VERSION);
    }
    version = VERSION;
    Counts.require("folded", folded);
    if (statistics == null
        || calibration == null
        || lending == null
        || doubts == null
        || imports == null
        || seeds == null
        || problems == null) {
      throw new IllegalArgumentException(
          "expected statistics, calibration, lending, doubts, imports, seeds and problems");
    }
    lending = List.copyOf(lending);
    if (!lending.isEmpty()) {
      Counts.requireSize("lending", lending, Lending.PAIRS);
      lending.forEach(l -> Counts.require("lending", l, -1000, 0));
    }
    imports = List.copyOf(imports);
    standings = standings == null ? List.of() : List.copyOf(standings);
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
    seeds.forEach(
        (hash, actions) -> {
          if (actions == null || actions.containsValue(null)) {
            throw new IllegalArgumentException("seed '" + hash + "' without actions");
          }
          actions.keySet().forEach(ActionId::of);
        });
  }

  private static void requireAtMost(String name, long count, String limitName, long limit) {
    if (count > limit) {
      throw new IllegalArgumentException(
          name + " is " + count + ": expected at most " + limitName + ", " + limit);
    }
  }
}
