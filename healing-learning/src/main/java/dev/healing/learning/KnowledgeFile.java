package dev.healing.learning;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The schema of {@code knowledge.json}, version 4, but for {@code seeds} and {@code problems}, of
 * which there may be many. What does not add up is refused here, so that nothing behind it has to
 * doubt a number.
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
 * @param standings which actions have lost autonomy; absent before version 3
 * @param months whether it gets better; absent before version 4
 * @param vicinity which problems came last; absent before version 4
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
    List<Standings.Fallen> standings,
    List<Months.Month> months,
    Vicinity.Kept vicinity) {
  static final int VERSION = 4;

  /** Those since then lacked what may be absent here. */
  private static final int OLDEST = 2;

  static final KnowledgeFile EMPTY = fresh(0, Totals.Statistics.NONE);

  /** With nothing but what was tried and what came of it. */
  static KnowledgeFile fresh(long folded, Totals.Statistics statistics) {
    return new KnowledgeFile(
        VERSION,
        folded,
        null,
        statistics,
        Calibration.Shown.NONE,
        List.of(),
        Doubts.Learned.NONE,
        List.of(),
        List.of(),
        List.of(),
        Vicinity.Kept.NONE);
  }

  KnowledgeFile {
    if (version < OLDEST || version > VERSION) {
      throw new IllegalArgumentException("version is " + version + ": expected " + VERSION);
    }
    version = VERSION;
    Counts.require("folded", folded);
    lending = List.copyOf(lending);
    if (!lending.isEmpty()) {
      Counts.requireSize("lending", lending, Lending.PAIRS);
      lending.forEach(l -> Counts.require("lending", l, -1000, 0));
    }
    imports = List.copyOf(imports);
    Counts.requireSize("imports", imports, 0, Seeds.MOST_IMPORTS);
    standings = List.copyOf(standings);
    months = List.copyOf(months);
    Counts.requireSize("months", months, 0, Months.MOST);
    requireAtMost("statistics.attempts", statistics.attempts(), "folded", folded);
  }

  static KnowledgeFile read(Members from) {
    return new KnowledgeFile(
        from.small("version"),
        from.whole("folded"),
        from.ifAny("id", Kind.TEXT),
        from.get("statistics", Kind.object(Totals.Statistics::read)),
        from.get("calibration", Kind.object(Calibration.Shown::read)),
        from.get("lending", Kind.listOf(Kind.NUMBER)),
        from.get("doubts", Kind.object(Doubts.Learned::read)),
        from.get("imports", Kind.listOf(Kind.object(Seeds.Import::read))),
        from.or(List.of(), "standings", Kind.listOf(Kind.object(Standings.Fallen::read))),
        from.or(List.of(), "months", Kind.listOf(Kind.object(Months.Month::read))),
        from.or(Vicinity.Kept.NONE, "vicinity", Kind.object(Vicinity.Kept::read)));
  }

  /** With this id. */
  KnowledgeFile identified(String given) {
    return new KnowledgeFile(
        version,
        folded,
        given,
        statistics,
        calibration,
        lending,
        doubts,
        imports,
        standings,
        months,
        vicinity);
  }

  static void requireAtMost(String name, long count, String limitName, long limit) {
    if (count > limit) {
      throw new IllegalArgumentException(
          name + " is " + count + ": expected at most " + limitName + ", " + limit);
    }
  }
}
