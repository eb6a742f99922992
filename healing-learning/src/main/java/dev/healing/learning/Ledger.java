package dev.healing.learning;

import dev.healing.api.Confidence;
import dev.healing.api.Fingerprint;
import dev.healing.api.IssueType;
import dev.healing.api.Origin;
import dev.healing.api.Outcome;
import dev.healing.api.Pattern;
import dev.healing.api.SelfRecovery;
import dev.healing.api.Standing;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * All that is known, in memory. Bounded: the problem that was seen least lately is forgotten first.
 * Which one that is depends on the order of outcomes alone, so reading the files again forgets the
 * same ones. Not safe for several threads.
 */
final class Ledger {
  /** What was seen so long ago counts half. */
  private static final Duration HALF_LIFE = Duration.ofDays(180);

  private final Remembered problems;
  private final Model model;
  private final Calibration calibration;
  private final Totals totals;
  private final Seeds seeds;
  private final Standings standings;
  private final Months months;
  private final Vicinity vicinity;
  private final Hindsight hindsight;
  private long folded;

  /** Which knowledge base this is: what it has seen first, nobody else has. */
  private @Nullable String id;

  /**
   * Without problems yet: {@link #add} each.
   *
   * @param mostProblems how many are kept
   * @param mostBytes how much memory they may take, about
   */
  Ledger(
      KnowledgeFile file,
      SortedMap<String, SortedMap<String, Imported>> seeds,
      int mostProblems,
      long mostBytes) {
    this.folded = file.folded();
    this.totals = new Totals(file.statistics());
    this.model = new Model(new Lending(file.lending()), new Doubts(file.doubts()));
    this.problems = new Remembered(mostProblems, mostBytes, model, totals);
    this.calibration = new Calibration(file.calibration());
    this.seeds = new Seeds(file.imports(), seeds, model);
    this.standings = new Standings(file.standings());
    this.months = new Months(file.months());
    this.vicinity = new Vicinity(file.vicinity());
    this.hindsight = new Hindsight(model, calibration, months);
    this.id = file.id();
  }

  /** Knowing nothing. */
  static Ledger empty(int mostProblems, long mostBytes) {
    return new Ledger(KnowledgeFile.EMPTY, Collections.emptySortedMap(), mostProblems, mostBytes);
  }

  /**
   * Adds what is known of a problem that was seen later than all before it.
   *
   * @throws IllegalArgumentException if it is there
   */
  void add(KnownProblem problem) {
    if (problems.get(problem.key()) != null) {
      throw new IllegalArgumentException("problem '" + problem.key() + "' is there twice");
    }
    Problem opened = problem.open(model);
    problems.seen(opened);
    problems.changed(opened);
  }

  /** Sequence number of the newest outcome that is counted. */
  long folded() {
    return folded;
  }

  int size() {
    return problems.size();
  }

  /** How many problems were left out since there was no memory for them. */
  int crowdedOut() {
    return problems.crowdedOut();
  }

  /** What was imported, by where it came from. */
  List<String> imported() {
    return seeds.imports().stream().map(Seeds.Import::from).toList();
  }

  /** As {@code knowledge show} counts it. */
  String amount() {
    long attempts = totals.file().attempts();
    return attempts
        + (attempts == 1 ? " attempt" : " attempts")
        + " and "
        + size()
        + (size() == 1 ? " problem" : " problems");
  }

  /** How much it is, one line each, to who has restored it. */
  List<String> told(String from) {
    List<String> lines = new ArrayList<>();
    lines.add(amount() + " from " + from + ": all of it counts as seen here");
    if (crowdedOut() > 0) {
      lines.add("left out: " + crowdedOut() + " problems for which there is no memory");
    }
    return lines;
  }

  /** How likely the action is to heal the problem, in words and numbers. */
  Confidence confidence(Fingerprint fingerprint, String action, Instant now) {
    String key = Problem.key(fingerprint);
    Problem known = problems.get(key);
    Problem problem = known == null && seeds.waiting() ? seeds.sown(Problem.unknown(key)) : known;
    Attempts attempts = problem == null ? null : problem.actions.get(action);
    if (known == null && problem != null) {
      problem.actions.values().forEach(Attempts::withdraw); // only looked at
    }
    Pool.OfType pool = model.pool(Problem.type(key), action);
    Tally seen = attempts == null ? null : attempts.seen();
    boolean nothing = attempts == null && pool.decidedSeenEverywhere() == 0;
    if (nothing && pool.nothingBorrowed()) {
      return Confidence.UNKNOWN;
    }
    double share = seen == null ? 1 : share(seen.lastSeen(), now);
    Belief belief = model.belief(problem, attempts, pool, share);
    return new Confidence(
        belief.value(),
        belief.lower(),
        belief.upper(),
        seen == null ? 0 : seen.attempts(),
        seen == null ? 0 : seen.healed(),
        Evidence.tell(attempts, pool, belief, model.expected(), model.lending.toProblem()));
  }

  /** What becomes of the problem if nothing is done about it. */
  SelfRecovery selfRecovery(Fingerprint fingerprint, Duration soFar, Duration most) {
    Problem problem = problems.get(Problem.key(fingerprint));
    return new LeftAlone(problem == null ? null : problem.alone)
        .expect(soFar.toMillis() / 1e3, most.toMillis() / 1e3);
  }

  Optional<Standing> standing(IssueType type, String action) {
    return standings.of(type.name(), action);
  }

  private static double share(Instant seen, Instant now) {
    double age = now.getEpochSecond() - (double) seen.getEpochSecond();
    return age <= 0 ? 1 : Math.exp(-Math.log(2) * age / HALF_LIFE.toSeconds());
  }

  /** Counts it. Its sequence number is above all that were counted before. */
  void count(JournalLine line) {
    id = id == null ? KnowledgeJson.digest(line.key() + line.at() + line.receipt()) : id;
    if (line.ofOpportunity()) {
      harmed(line);
    } else {
      came(line);
    }
    folded = line.seq();
  }

  /** By an opportunity: that is harm, and no attempt at the problem. */
  private void harmed(JournalLine line) {
    if (line.cameOfIt() == Outcome.WORSE) {
      standings.count(Problem.type(line.key()), line.attempted(), Outcome.WORSE, 0, line.at());
    }
  }

  private void came(JournalLine line) {
    Problem problem = problems.get(line.key());
    if (problem == null) {
      problem = seeds.sown(Problem.unknown(line.key()));
    }
    problems.seen(problem);
    boolean first = detected(problem, line);
    if (line.passedAfter() != null) {
      problem.leftAlone(line.passedAfter(), true);
      totals.passed();
    } else if (line.ending() != null) {
      ended(problem, line);
    } else {
      attempted(problem, line, first);
    }
    problems.changed(problem);
  }

  /** Counts the incident, if it is the first that is heard of it. */
  private boolean detected(Problem problem, JournalLine line) {
    double now = JournalLine.seconds(line.at());
    problem.returns.forgetAfter(now + Hindsight.MOST_AWAY.toSeconds());
    Instant detected = line.detectedBefore();
    if (detected == null) {
      return false;
    }
    double at = JournalLine.seconds(detected);
    double before = problem.returns.newest();
    if (!problem.returns.detected(at)) {
      return false;
    }
    if (before < at && !Double.isInfinite(before)) {
      problem.gaps.count(at - before);
    }
    hindsight.returned(problem, at);
    vicinity.came(problems.byKey(), line.key(), at, now);
    return true;
  }

  /** Counts how an incident ended. */
  private void ended(Problem problem, JournalLine line) {
    Instant detected = line.detectedBefore();
    boolean recurring = false;
    if (detected != null) {
      double at = JournalLine.seconds(detected);
      recurring = at - problem.returns.before(at) <= Hindsight.MOST_AWAY.toSeconds();
    }
    boolean attended = line.origin() != null && line.origin() != Origin.AUTOMATIC;
    months.ended(line, recurring, attended);
  }

  /** Counts what was done. */
  private void attempted(Problem problem, JournalLine line, boolean first) {
    Instant detected = line.detected();
    Instant started = line.started();
    if (first && detected != null && started != null) {
      double alone = JournalLine.seconds(started) - JournalLine.seconds(detected);
      problem.leftAlone(Math.max(0, alone), false);
    }
    if (line.cameOfIt() == Outcome.HEALED) {
      months.healed(line.at()); // before any of it is taken back
    }
    Attempts attempts = model.attempts(problem, line.attempted());
    if (line.cameOfIt() != Outcome.AMBIGUOUS) {
      hindsight.learn(problem, attempts, line);
      double lower = model.belief(problem, attempts, attempts.pool, 1).lower();
      standings.count(
          Problem.type(line.key()), line.attempted(), line.cameOfIt(), lower, line.at());
    }
    attempts.saw(line.cameOfIt(), line.at());
    attempts.course = attempts.course.with(line);
    totals.count(line.cameOfIt());
  }

  /** What keeps happening. */
  List<Pattern> patterns(Instant now) {
    return Patterns.among(problems.all(), now);
  }

  /** As {@link Seeds#adopt}. */
  void adopt(Adoption adoption) {
    seeds.adopt(adoption, id, problems.byKey(), problems.most());
    problems.changed();
  }

  /**
   * All that is known as a document in parts, made of one problem after the other: all at once are
   * large.
   *
   * @param most bytes: of problems that do not fit, those seen least lately are forgotten
   */
  List<String> text(long most) {
    while (true) {
      List<String> parts = new ArrayList<>(List.of(KnowledgeJson.begin(file(), seeds.file(), 0)));
      long length = KnowledgeJson.bytes(parts.get(0));
      for (Problem problem : problems.all()) {
        if (length > most) {
          break;
        }
        String line = KnowledgeJson.line(KnownProblem.of(problem), parts.size() == 1);
        length += KnowledgeJson.bytes(line);
        parts.add(line);
      }
      if (length <= most || problems.size() == 0) {
        parts.add(KnowledgeJson.END);
        return parts;
      }
      problems.keep(
          (parts.size() - 1) * 9 / 10); // not so few that it is the same again with the next
    }
  }

  /**
   * A document with that many problems at most: those that were seen most lately.
   *
   * @param to is given one part after the other: as one text they may be as large as all else here
   */
  void newest(int most, Consumer<String> to) {
    int leftOut = Math.max(0, problems.size() - most);
    to.accept(KnowledgeJson.begin(file(), seeds.file(), leftOut));
    boolean first = true;
    for (Problem problem : (Iterable<Problem>) problems.all().stream().skip(leftOut)::iterator) {
      to.accept(KnowledgeJson.line(KnownProblem.of(problem), first));
      first = false;
    }
    to.accept(KnowledgeJson.END);
  }

  /** All that stands beside the problems. */
  private KnowledgeFile file() {
    return new KnowledgeFile(
        KnowledgeFile.VERSION,
        folded,
        id,
        totals.file(),
        calibration.file(),
        model.lending.logLikelihoods(),
        model.doubts.file(),
        seeds.imports(),
        standings.file(),
        months.file(),
        vicinity.file());
  }
}
