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
import java.util.List;

/**
 * The built-in planner: mild before harsh, and among what is equally harsh by {@linkplain
 * ExpectedGain expected gain}. What was tried least in this incident comes first. What can cost
 * somebody's work comes after all that cannot, and is out of proportion to less than a HIGH issue.
 * A service is repaired only after a restart of it did not help, and once. What made it worse is
 * not tried again; what has nothing to gain, or heals no more often than waiting does, is left out,
 * unless it is all there is.
 *
 * <p>It keeps nothing: the same question has the same answer. Safe for several threads.
 */
public final class LadderPlanner implements Planner {
  /** A planner of a plugin may begin with what this one says. */
  public LadderPlanner() {}

  @Override
  public HealingPlan plan(Incident incident, HostState state, List<Candidate> candidates) {
    ExpectedGain gain = new ExpectedGain(incident.issue().severity());
    List<Candidate> usable = new ArrayList<>();
    List<HealingPlan.Rejected> rejected = new ArrayList<>();
    for (Candidate candidate : candidates) {
      String why = objection(incident, candidate);
      if (why.isEmpty()) {
        usable.add(candidate);
      } else {
        rejected.add(new HealingPlan.Rejected(candidate.action().id(), why));
      }
    }
    List<Candidate> ordered = ordered(incident, usable, gain);
    boolean allInVain = ordered.stream().allMatch(candidate -> vain(candidate, gain));
    List<Candidate> chosen = new ArrayList<>();
    for (Candidate candidate : ordered) {
      if (!vain(candidate, gain) || allInVain && chosen.isEmpty()) {
        chosen.add(candidate);
      } else {
        rejected.add(new HealingPlan.Rejected(candidate.action().id(), whyVain(candidate, gain)));
      }
    }
    List<HealingPlan.Step> steps =
        chosen.stream()
            .map(c -> new HealingPlan.Step(c.action(), c.confidence(), c.standing()))
            .toList();
    return new HealingPlan(
        incident.issue(), steps, rejected, reason(incident, chosen, rejected, gain));
  }

  /** Whether it is better not tried. */
  private static boolean vain(Candidate candidate, ExpectedGain gain) {
    return worth(candidate, gain) <= 0 || candidate.needless();
  }

  private static String whyVain(Candidate candidate, ExpectedGain gain) {
    return candidate.needless()
        ? "heals no more often than waiting does: " + uplifted(candidate)
        : "has nothing to gain: " + gained(candidate, gain);
  }

  /** What it is better than waiting, where waiting is known to do anything. */
  private static String uplifted(Candidate candidate) {
    return candidate
        .leftAlone()
        .map(
            alone ->
                "uplift "
                    + number(candidate.uplift())
                    + ", since left alone it recovers with "
                    + number(alone.value()))
        .orElse("");
  }

  private static double worth(Candidate candidate, ExpectedGain gain) {
    return gain.of(candidate.action(), candidate.confidence());
  }

  private static List<Candidate> ordered(
      Incident incident, List<Candidate> usable, ExpectedGain gain) {
    ExpectedGain.Rating<Candidate> rating =
        new ExpectedGain.Rating<>() {
          @Override
          public double gain(Candidate candidate) {
            return worth(candidate, gain);
          }

          @Override
          public double probability(Candidate candidate) {
            return gain.probability(candidate.action(), candidate.confidence());
          }
        };
    List<Candidate> all = new ArrayList<>();
    long[] rungs =
        usable.stream()
            .mapToLong(candidate -> rung(incident, candidate))
            .sorted()
            .distinct()
            .toArray();
    for (long rung : rungs) {
      all.addAll(
          gain.ladder(
              usable.stream()
                  .filter(candidate -> rung(incident, candidate) == rung)
                  .sorted(LadderPlanner::undoneFirst)
                  .toList(),
              rating));
    }
    return all;
  }

  /** For when all else is equal. */
  private static int undoneFirst(Candidate one, Candidate other) {
    int undone = Boolean.compare(other.action().canBeUndone(), one.action().canBeUndone());
    return undone != 0 ? undone : one.action().id().compareTo(other.action().id());
  }

  /** How harsh it is, after how often it was tried in this incident. */
  private static long rung(Incident incident, Candidate candidate) {
    int harsh =
        switch (candidate.action().risk()) {
          case LOW, MEDIUM -> candidate.action().id().equals(ActionId.REPAIR_SERVICE) ? 1 : 0;
          case HIGH -> 2;
          case CRITICAL -> 3;
        };
    return 4 * tried(incident, candidate.action().id()) + harsh;
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
      Incident incident,
      List<Candidate> chosen,
      List<HealingPlan.Rejected> rejected,
      ExpectedGain gain) {
    if (chosen.isEmpty()) {
      return rejected.isEmpty()
          ? "no loaded action treats " + incident.issue().type()
          : "nothing to try: "
              + String.join("; ", rejected.stream().map(r -> r.action() + " " + r.why()).toList());
    }
    Candidate first = chosen.get(0);
    StringBuilder reason =
        new StringBuilder()
            .append(first.action().id())
            .append(": ")
            .append(first.action().risk())
            .append(" risk, confidence ")
            .append(number(first.confidence().value()))
            .append(" (")
            .append(first.confidence().reason())
            .append("), ")
            .append(vain(first, gain) ? whyVain(first, gain) : gained(first, gain));
    if (first.leftAlone().isPresent() && !first.needless()) {
      reason.append(", ").append(uplifted(first));
    }
    for (Candidate later : chosen.subList(1, chosen.size())) {
      reason
          .append("; then ")
          .append(later.action().id())
          .append(", ")
          .append(whyLater(incident, first, later, gain));
    }
    return reason.toString();
  }

  /** Why not this one first. */
  private static String whyLater(
      Incident incident, Candidate first, Candidate later, ExpectedGain gain) {
    ActionId id = later.action().id();
    if (tried(incident, id) > tried(incident, first.action().id())) {
      return "since it was tried before";
    }
    if (later.action().risk().compareTo(Risk.HIGH) >= 0
        && later.action().risk() != first.action().risk()) {
      return "since its risk is " + later.action().risk();
    }
    if (rung(incident, later) > rung(incident, first)) {
      return "should a restart not help";
    }
    return gained(later, gain);
  }

  private static String gained(Candidate candidate, ExpectedGain gain) {
    double more =
        gain.probability(candidate.action(), candidate.confidence())
            - candidate.confidence().value();
    return "expected gain "
        + number(worth(candidate, gain))
        + (more >= 0.05 ? ", with " + number(more) + " added for what is not known of it" : "");
  }

  /** Not by {@code String.format}, which would cost more than all the rest. */
  private static String number(double number) {
    long hundredths = Math.abs(Math.round(number * 100));
    String cents = hundredths % 100 < 10 ? ".0" : ".";
    return (number <= -0.005 ? "-" : "") + hundredths / 100 + cents + hundredths % 100;
  }
}
