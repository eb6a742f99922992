package dev.healing.learning;

import dev.healing.api.Outcome;
import dev.healing.learning.Returns.Waiting;
import java.time.Duration;
import java.time.Instant;

/**
 * What an outcome is worth, and what hindsight makes of it: a success is taken back when the
 * problem is back too soon, and what heals right after a good action failed may be that one's.
 */
final class Hindsight {
  /** What a clock that was set makes of a while: no longer than this is anything away. */
  static final Duration MOST_AWAY = Duration.ofDays(30);

  private final Model model;
  private final Calibration calibration;
  private final Months months;

  Hindsight(Model model, Calibration calibration, Months months) {
    this.model = model;
    this.calibration = calibration;
    this.months = months;
  }

  /** Counts what came of an action, unless nobody can know. */
  void learn(Problem problem, Attempts attempts, JournalLine line) {
    boolean healed = line.cameOfIt() == Outcome.HEALED;
    double shown = line.shown() == null ? -1 : line.shown();
    double healing = model.belief(problem, attempts, attempts.pool, 1).value();
    double share = healed ? 1 : 0;
    Instant detected = line.detectedBefore();
    Instant started = line.started();
    if (detected != null) {
      share = credited(problem, line, JournalLine.seconds(detected), healing, healed, shown);
      model.belief(problem, attempts, attempts.pool, 1);
    }
    model.learn(problem, attempts, share);
    if (shown >= 0) {
      calibration.count(shown, share);
    }
    if (!healed) {
      model.doubts.failed();
    } else if (started != null && detected != null) {
      succeeded(
          problem, line, JournalLine.seconds(started), JournalLine.seconds(detected), shown, share);
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

  /** The problem is back. */
  void returned(Problem problem, double at) {
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
    if (none < 0.5 && seconds < MOST_AWAY.toSeconds()) {
      attempts.bought.count(seconds);
    }
    if (none > 0.01) {
      attempts.takenBack += none;
      months.takenBack(Instant.ofEpochMilli(Math.round(1e3 * success.since())), none);
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
}
