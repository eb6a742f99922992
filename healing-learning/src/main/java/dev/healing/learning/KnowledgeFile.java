package dev.healing.learning;

import dev.healing.api.ActionId;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * The schema of {@code knowledge.json}, version 4. What does not add up is refused here, so that
 * nothing behind it has to doubt a number.
 *
 * @param version of the schema
 * @param folded sequence number of the newest outcome that is counted in here
 * @param id which knowledge base this is, so that none learns from itself, nor from another twice;
 *     absent before version 4, and before the first outcome
 * @param statistics over everything ever recorded, also what was forgotten since
 * @param calibration whether what was shown was true
 * @param lending how well each strength of {@link Lending} has predicted; none in a new file
 * @param doubts how often validation was wrong
 * @param imports what was imported, and from where
 * @param seeds what was imported of problems of which only the short hash is known
 * @param standings which actions have lost autonomy; absent before version 3
 * @param months whether it gets better; absent before version 4
 * @param vicinity which problems came last; absent before version 4
 * @param problems least lately seen first
 */
record KnowledgeFile(
    int version,
    long folded,
    @Nullable String id,
    Totals.Statistics statistics,
    Calibration.Shown calibration,
    List<Double> lending,
    Doubts.Learned doubts,
    List<Seeds.Import> imports,
    SortedMap<String, SortedMap<String, Imported>> seeds,
    List<Standings.Fallen> standings,
    List<Months.Month> months,
    Vicinity.Kept vicinity,
    List<KnownProblem> problems) {
  static final int VERSION = 4;

  /** Those since then lacked what may be absent here. */
  private static final int OLDEST = 2;

  static final KnowledgeFile EMPTY = fresh(0, Totals.Statistics.NONE, List.of());

  /** With nothing but what was tried and what came of it. */
  static KnowledgeFile fresh(
      long folded, Totals.Statistics statistics, List<KnownProblem> problems) {
    return new KnowledgeFile(
        VERSION,
        folded,
        null,
        statistics,
        Calibration.Shown.NONE,
        List.of(),
        Doubts.Learned.NONE,
        List.of(),
        Collections.emptySortedMap(),
        List.of(),
        List.of(),
        Vicinity.Kept.NONE,
        problems);
  }

  KnowledgeFile {
    if (version < OLDEST || version > VERSION) {
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
    months = months == null ? List.of() : List.copyOf(months);
    Counts.requireSize("months", months, 0, Months.MOST);
    vicinity = vicinity == null ? Vicinity.Kept.NONE : vicinity;
    problems = List.copyOf(problems);
    Set<String> keys = new HashSet<>();
    long attempts = 0;
    for (KnownProblem problem : problems) {
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

  /** With an id, which programs before version 4 did not give: of what they have kept. */
  KnowledgeFile identified(String content) {
    return id != null || folded == 0
        ? this
        : new KnowledgeFile(
            version,
            folded,
            KnowledgeJson.digest(content),
            statistics,
            calibration,
            lending,
            doubts,
            imports,
            seeds,
            standings,
            months,
            vicinity,
            problems);
  }

  private static void requireAtMost(String name, long count, String limitName, long limit) {
    if (count > limit) {
      throw new IllegalArgumentException(
          name + " is " + count + ": expected at most " + limitName + ", " + limit);
    }
  }
}
