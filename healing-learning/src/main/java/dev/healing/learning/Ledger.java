package dev.healing.learning;

import dev.healing.api.Confidence;
import dev.healing.api.Fingerprint;
import dev.healing.api.IssueType;
import dev.healing.api.Outcome;
import dev.healing.api.SelfRecovery;
import dev.healing.api.Standing;
import dev.healing.learning.Returns.Waiting;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * All that is known, in memory. Bounded: the problem that was seen least lately is forgotten first.
 * Which one that is depends on the order of outcomes alone, so reading the files again forgets the
 * same ones. Not safe for several threads.
 */
final class Ledger {
  /** What was seen so long ago counts half. */
  private static final Duration HALF_LIFE = Duration.ofDays(180);

  /** What a clock that was set makes of a while: no longer than this is anything away. */
  private static final Duration MOST_AWAY = Duration.ofDays(30);

  private final int mostProblems;

  /** Least lately seen first. */
  private final LinkedHashMap<String, Problem> problems = new LinkedHashMap<>();

  private final Model model;
  private final Calibration calibration;
  private final Totals totals;
  private final Seeds seeds;
  private final Standings standings;
  private long folded;

  Ledger(KnowledgeFile file, int mostProblems) {
    this.mostProblems = mostProblems;
    this.folded = file.folded();
    this.totals = new Totals(file.statistics());
    this.model = new Model(new Lending(file.lending()), new Doubts(file.doubts()));
    this.calibration = new Calibration(file.calibration());
    this.seeds = new Seeds(file.imports(), file.seeds(), model);
    this.standings = new Standings(file.standings());
    for (KnowledgeFile.Problem problem : file.problems()) {
      problems.put(problem.key(), problem.open(model));
    }
    forget();
  }

  /** Sequence number of the newest outcome that is counted. */
  long folded() {
    return folded;
  }

  int size() {
    return problems.size();
  }

  /** How likely the action is to heal the problem, in words and numbers. */
  Confidence confidence(Fingerprint fingerprint, String action, Instant now) {
    String key = fingerprint.key();
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
    Problem problem = problems.get(fingerprint.key());
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
    // Taken out and put back: that makes it the problem that was seen most lately.
    Problem problem = problems.remove(line.key());
    if (problem == null) {
      problem = seeds.sown(Problem.unknown(line.key()));
    }
    problems.put(line.key(), problem);
    problem.returns.forgetAfter(seconds(line.at()) + MOST_AWAY.toSeconds());
    Instant detected = detected(line);
    boolean again = detected != null && problem.returns.detected(seconds(detected));
    if (detected != null && again) {
      returned(problem, seconds(detected));
    }
    if (line.passedAfter() != null) {
      problem.leftAlone(line.passedAfter(), true);
      totals.passed();
    } else {
      attempted(problem, line, again);
    }
    folded = line.seq();
    forget();
  }

  /** Counts what was done. */
  private void attempted(Problem problem, JournalLine line, boolean first) {
    Instant detected = line.detected();
    Instant started = line.started();
    if (first && detected != null && started != null) {
      problem.leftAlone(Math.max(0, seconds(started) - seconds(detected)), false);
    }
    Attempts attempts = model.attempts(problem, line.attempted());
    if (line.cameOfIt() != Outcome.AMBIGUOUS) {
      learn(problem, attempts, line);
      double lower = model.belief(problem, attempts, attempts.pool, 1).lower();
      standings.count(
          Problem.type(line.key()), line.attempted(), line.cameOfIt(), lower, line.at());
    }
    attempts.saw(line.cameOfIt(), line.at());
    totals.count(line.cameOfIt());
  }

  /** Null as well if it is later than the outcome: then the clock was set in between. */
  private static @Nullable Instant detected(JournalLine line) {
    Instant detected = line.detected();
    return detected == null || detected.isAfter(line.at()) ? null : detected;
  }

  private static double seconds(Instant at) {
    return at.toEpochMilli() / 1e3;
  }

  private void learn(Problem problem, Attempts attempts, JournalLine line) {
    boolean healed = line.cameOfIt() == Outcome.HEALED;
    double shown = line.shown() == null ? -1 : line.shown();
    double healing = model.belief(problem, attempts, attempts.pool, 1).value();
    double share = healed ? 1 : 0;
    Instant detected = detected(line);
    Instant started = line.started();
    if (detected != null) {
      share = credited(problem, line, seconds(detected), healing, healed, shown);
      model.belief(problem, attempts, attempts.pool, 1);
    }
    model.learn(problem, attempts, share);
    if (shown >= 0) {
      calibration.count(shown, share);
    }
    if (!healed) {
      model.doubts.failed();
    } else if (started != null && detected != null) {
      succeeded(problem, line, seconds(started), seconds(detected), shown, share);
    }
  }

  /**
   * How much of an outcome is the action's; the rest is that of one before, whose heal went unseen.
   */
  private double credited(
      Problem problem,
      JournalLine line,
      double detected,
      double healing,
      boolean healed,
      double shown) {
    Waiting before = problem.returns.failure;
    if (before != null && before.since() != detected) {
      before = null;
    }
    double share = healed ? 1 : 0;
    if (before != null) {
      double gone = model.doubts.healedUnseen(before.healing());
      model.doubts.next(before.healing(), healing, healed);
      if (healed) {
        double earlier = gone / (gone + (1 - gone) * healing);
        share = 1 - earlier;
        correct(problem, before, earlier);
      }
    }
    if (!healed && (before == null || healing > before.healing() + 1e-6)) {
      before = new Waiting(line.attempted(), detected, shown, 0, healing);
    }
    problem.returns.failure = before;
    return share;
  }

  /**
   * A success counts until the problem is back too soon; one that is told late is judged at once.
   */
  private void succeeded(
      Problem problem,
      JournalLine line,
      double started,
      double detected,
      double shown,
      double share) {
    Waiting success = new Waiting(line.attempted(), started, shown, share, 0);
    double next = problem.returns.next(Math.max(started, detected));
    if (Double.isInfinite(next)) {
      problem.returns.success = success;
    } else {
      judge(problem, success, next - started);
    }
  }

  private void returned(Problem problem, double at) {
    Waiting success = problem.returns.success;
    if (success != null && at > success.since()) {
      problem.returns.success = null;
      judge(problem, success, at - success.since());
    }
  }

  private void judge(Problem problem, Waiting success, double seconds) {
    Attempts attempts = problem.actions.get(success.action());
    if (attempts == null) {
      return;
    }
    double tried = attempts.meanTried();
    double healing = (attempts.meanHealed() + 1) / (tried + 2);
    double away = Math.min(seconds, MOST_AWAY.toSeconds());
    double none = model.doubts.judge(problem.returns, away, healing) * success.share();
    if (none > 0.01) {
      attempts.takenBack += none;
      correct(problem, success, -none);
    }
  }

  private void correct(Problem problem, Waiting attempt, double more) {
    Attempts attempts = problem.actions.get(attempt.action());
    if (attempts != null) {
      attempts.correct(problem.runs(), more);
      problem.lend();
      if (attempt.shown() >= 0) {
        calibration.correct(attempt.shown(), attempt.share(), attempt.share() + more);
      }
    }
  }

  /** As {@link Seeds#adopt}. */
  void adopt(Elsewhere elsewhere, String from, String digest, Instant now) {
    seeds.adopt(elsewhere, from, digest, now, problems, mostProblems);
  }

  private void forget() {
    Iterator<Problem> leastLately = problems.values().iterator();
    while (problems.size() > mostProblems) {
      Problem forgotten = leastLately.next();
      forgotten.actions.values().forEach(Attempts::withdraw);
      leastLately.remove();
      totals.forgot();
    }
  }

  KnowledgeFile file() {
    List<KnowledgeFile.Problem> all = new ArrayList<>(problems.size());
    problems.values().forEach(problem -> all.add(KnowledgeFile.Problem.of(problem)));
    return new KnowledgeFile(
        KnowledgeFile.VERSION,
        folded,
        totals.file(),
        calibration.file(),
        model.lending.logLikelihoods(),
        model.doubts.file(),
        seeds.imports(),
        seeds.file(),
        standings.file(),
        all);
  }
}
