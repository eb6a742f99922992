package dev.healing.core;

import dev.healing.api.Decision;
import dev.healing.api.HealingException;
import dev.healing.api.HealingPlan;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.Origin;
import dev.healing.api.Verdict;
import dev.healing.core.calls.Counsel;
import dev.healing.core.plugins.Plugins;
import dev.healing.spi.PreparedAction;
import dev.healing.spi.TimeSource;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * What would be decided about an issue, and exactly what would be done; nothing is. It decides as
 * {@link Deliberation} does and holds no way to reach {@link Treatment}, so it cannot do more.
 */
final class DryRun {
  private final TimeSource time;
  private final Assessment assessment;
  private final Tracked probe;
  private final Refusals refused;
  private final CompletableFuture<Decision> answer;

  private DryRun(
      TimeSource time, Assessment assessment, Tracked probe, CompletableFuture<Decision> answer) {
    this.time = time;
    this.assessment = assessment;
    this.probe = probe;
    this.refused = new Refusals(time);
    this.answer = answer;
  }

  /**
   * Considers an issue.
   *
   * @param origin on whose word it would be done
   * @param answer is given the decision
   * @throws HealingException before the first look
   */
  static void of(
      Issue issue,
      Origin origin,
      TimeSource time,
      Incidents incidents,
      Assessment assessment,
      CompletableFuture<Decision> answer) {
    if (!assessment.sighted()) {
      throw new HealingException("nothing has been looked at yet: ask again after the first look");
    }
    new DryRun(time, assessment, incidents.probe(issue, origin), answer).plan();
  }

  /** What is decided about an issue that its detector does not report. */
  static Decision nothingThere(Issue issue, Instant now, String detector) {
    String why = notThere(detector);
    HealingPlan nothing = new HealingPlan(issue, List.of(), List.of(), why);
    return new Decision(now, nothing, List.of(), Verdict.deny(why), Optional.empty());
  }

  /** Why nothing is done about what somebody asked for. */
  static String notThere(String detector) {
    return "it is not there: " + detector + " looked and does not report it";
  }

  private void plan() {
    assessment.plan(probe, matter(), refused, advice -> contained(() -> prepare(advice.plan())));
  }

  private void prepare(HealingPlan plan) {
    if (plan.empty()) {
      Verdict no = Verdict.deny(plan.reason());
      answer.complete(new Decision(time.now(), plan, List.of(), no, Optional.empty()));
      return;
    }
    Plugins.Remedy remedy =
        assessment
            .remedy(plan)
            .orElseThrow(
                () -> new HealingException("what was planned is gone since a reload: ask again"));
    HostState seen = assessment.state();
    assessment.prepare(
        probe,
        remedy,
        (action, why) ->
            contained(
                () -> {
                  if (action.isPresent()) {
                    judge(plan, action.orElseThrow());
                  } else {
                    refused.add(probe, remedy.description().id(), why, seen);
                    plan();
                  }
                }));
  }

  private void judge(HealingPlan plan, PreparedAction action) {
    assessment.judge(
        matter(),
        plan,
        action.preview(),
        advice ->
            contained(
                () ->
                    answer.complete(
                        assessment.decision(
                            probe, plan, Optional.of(action.preview()), advice.judgements()))));
  }

  private Counsel.Matter matter() {
    return new Counsel.Matter(probe.snapshot(), probe.origin());
  }

  /** Whoever asked is told what went wrong. */
  private void contained(Runnable step) {
    try {
      step.run();
    } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError e) {
      answer.completeExceptionally(EngineThread.told(e));
    }
  }
}
