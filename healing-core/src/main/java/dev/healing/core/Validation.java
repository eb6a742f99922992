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

  /** Of what was worth doing, where nothing was wrong. */
  private static final String LITTLE = "looked again: it has brought less than was expected";

  /** The detector still reports the issue. */
  static Validation stillThere(Attempt attempt, Issue now, HostState state) {
    boolean opportunity = attempt.intent.issue().isOpportunity();
    String still = opportunity ? LITTLE : "the issue is still there";
    if (attempt.leftOver) {
      return new Validation(Outcome.AMBIGUOUS, "the engine ended in between; " + still);
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
        ? new Validation(Outcome.WORSE, still + " and the host's health fell")
        : new Validation(Outcome.UNCHANGED, still);
  }

  /** The detector looked and no longer reports it. */
  static Validation gone(Attempt attempt) {
    if (attempt.leftOver) {
      return new Validation(
          Outcome.AMBIGUOUS,
          "the engine ended in between; the issue is gone, whether by this cannot be known");
    }
    boolean opportunity = attempt.intent.issue().isOpportunity();
    ActionReport report = attempt.report;
    if (report == null || report.result() != ActionReport.Result.DONE) {
      return new Validation(
          Outcome.UNCHANGED, opportunity ? LITTLE : "the issue is gone, but not by this action");
    }
    return attempt.seenBefore
        ? new Validation(
            Outcome.HEALED,
            opportunity
                ? "looked again: it has brought what was expected"
                : "looked again: the issue is gone")
        : new Validation(
            Outcome.AMBIGUOUS, "no detector reports it now, and none did before it was done");
  }

  /** Nobody could look. */
  static Validation unseen() {
    return new Validation(Outcome.AMBIGUOUS, "nobody could look at it again");
  }
}
