package dev.healing.core;

import dev.healing.api.ActionId;
import dev.healing.api.HealingPlan;
import dev.healing.api.HostState;
import dev.healing.api.Incident;
import dev.healing.api.Outcome;
import dev.healing.api.Risk;
import dev.healing.api.Severity;
import dev.healing.spi.Planner;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * Mild before harsh: what was tried least in this incident comes first, then the lower risk, then
 * the higher confidence, then what can be undone. A service is repaired only after a restart of it
 * did not help, and once. What made it worse is not tried again, and what can cost somebody's work
 * is out of proportion to less than a HIGH issue.
 */
final class LadderPlanner implements Planner {
  @Override
  public HealingPlan plan(Incident incident, HostState state, List<Candidate> candidates) {
    List<Candidate> chosen = new ArrayList<>();
    List<HealingPlan.Rejected> rejected = new ArrayList<>();
    for (Candidate candidate : candidates) {
      String why = objection(incident, candidate);
      if (why.isEmpty()) {
        chosen.add(candidate);
      } else {
        rejected.add(new HealingPlan.Rejected(candidate.action().id(), why));
      }
    }
    chosen.sort(
        Comparator.comparingLong((Candidate c) -> tried(incident, c.action().id()))
            .thenComparing(c -> c.action().risk())
            .thenComparing(c -> c.action().id().equals(ActionId.REPAIR_SERVICE))
            .thenComparing(c -> -c.confidence().value())
            .thenComparing(c -> !c.action().canBeUndone())
            .thenComparing(c -> c.action().id()));
    List<HealingPlan.Step> steps =
        chosen.stream().map(c -> new HealingPlan.Step(c.action(), c.confidence())).toList();
    return new HealingPlan(incident.issue(), steps, rejected, reason(incident, steps, rejected));
  }

  private static String objection(Incident incident, Candidate candidate) {
    if (candidate.unavailable().isPresent()) {
      return candidate.unavailable().orElseThrow();
    }
    boolean madeItWorse =
        incident.attempts().stream()
            .anyMatch(
                receipt ->
                    receipt.outcome() == Outcome.WORSE
                        && receipt.action().equals(candidate.action().id()));
    if (madeItWorse) {
      return "made it worse a moment ago";
    }
    if (candidate.action().id().equals(ActionId.REPAIR_SERVICE)
        && tried(incident, ActionId.REPAIR_SERVICE) > 0) {
      return "was done once, and what it does is done";
    }
    Risk risk = candidate.action().risk();
    Severity severity = incident.issue().severity();
    if (risk.compareTo(Risk.HIGH) >= 0 && severity.compareTo(Severity.HIGH) < 0) {
      return "risk " + risk + " is out of proportion to an issue of severity " + severity;
    }
    return "";
  }

  private static long tried(Incident incident, ActionId action) {
    return incident.attempts().stream()
        .filter(receipt -> receipt.action().equals(action))
        .filter(receipt -> receipt.outcome() != Outcome.NOT_ATTEMPTED)
        .count();
  }

  private static String reason(
      Incident incident, List<HealingPlan.Step> steps, List<HealingPlan.Rejected> rejected) {
    if (!steps.isEmpty()) {
      HealingPlan.Step first = steps.get(0);
      return String.format(
          Locale.ROOT,
          "%s: %s risk, confidence %.2f (%s)%s",
          first.action().id(),
          first.action().risk(),
          first.confidence().value(),
          first.confidence().reason(),
          steps.size() == 1
              ? ""
              : "; then "
                  + String.join(
                      ", ", steps.stream().skip(1).map(s -> s.action().id().name()).toList()));
    }
    if (rejected.isEmpty()) {
      return "no loaded action treats " + incident.issue().type();
    }
    return "nothing to try: "
        + String.join("; ", rejected.stream().map(r -> r.action() + " " + r.why()).toList());
  }
}
