package dev.healing.core;

import dev.healing.api.ActionReport;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.Outcome;
import dev.healing.api.Severity;

/**
 * What an attempt came to, judged by a look that was begun after it had settled. That an action
 * says it is done is not enough, and that a symptom is gone is not enough to claim it.
 *
 * @param outcome the judgement
 * @param why in words
 */
record Validation(Outcome outcome, String why) {
  private static final double WORSE_BY_HEALTH = 20;

  /** The detector still reports the issue. */
  static Validation stillThere(Attempt attempt, Issue now, HostState state) {
    if (attempt.leftOver) {
      return new Validation(
          Outcome.AMBIGUOUS, "the engine ended in between; the issue is still there");
    }
    Severity before = attempt.intent.issue().severity();
    if (now.severity().compareTo(before) > 0) {
      return new Validation(
          Outcome.WORSE, "severity went from " + before + " to " + now.severity());
    }
    boolean healthFell =
        attempt.healthBefore.isPresent()
            && state.health().isPresent()
            && attempt.healthBefore.getAsDouble() - state.health().getAsDouble() >= WORSE_BY_HEALTH;
    return healthFell
        ? new Validation(Outcome.WORSE, "the issue is still there and the host's health fell")
        : new Validation(Outcome.UNCHANGED, "the issue is still there");
  }

  /** The detector looked and no longer reports it. */
  static Validation gone(Attempt attempt) {
    if (attempt.leftOver) {
      return new Validation(
          Outcome.AMBIGUOUS,
          "the engine ended in between; the issue is gone, whether by this cannot be known");
    }
    ActionReport report = attempt.report;
    if (report == null || report.result() != ActionReport.Result.DONE) {
      return new Validation(Outcome.UNCHANGED, "the issue is gone, but not by this action");
    }
    return attempt.seenBefore
        ? new Validation(Outcome.HEALED, "looked again: the issue is gone")
        : new Validation(
            Outcome.AMBIGUOUS, "no detector reports it now, and none did before it was done");
  }

  /** Nobody could look. */
  static Validation unseen() {
    return new Validation(Outcome.AMBIGUOUS, "nobody could look at it again");
  }
}
