package dev.healing.core.guard;

import dev.healing.api.ActionDescription;
import dev.healing.api.ActionId;
import dev.healing.api.Autonomy;
import dev.healing.api.Decision;
import dev.healing.api.Decision.Judgement;
import dev.healing.api.Fingerprint;
import dev.healing.api.Origin;
import dev.healing.api.Risk;
import dev.healing.api.Verdict;
import dev.healing.spi.Guard;
import dev.healing.spi.Proposal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.IntSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * The guards that every engine has, and what counts of what they and those of plugins say.
 *
 * <p>They hold for everything that is done, on whose word ever; only where a guard would ask a
 * person (CONFIRM), a person's word answers it. All are asked each time, so that every objection
 * can be shown; the strictest answer counts.
 */
public final class SafetyGuards {
  /** The guard that says no while the engine is paused. */
  public static final String OFF_SWITCH = "off_switch";

  /** The guard that hands over to a human what was tried often enough. */
  public static final String CIRCUIT_BREAKER = "circuit_breaker";

  /** Why nothing is done about what a person has rejected. */
  public static final String REJECTED = "rejected by a person";

  /** The guards that every engine has. No plugin may take the name, and so the place, of one. */
  public static final Set<String> NAMES =
      Set.of(
          "off_switch",
          "safety_state",
          "autonomy",
          EarnedAutonomy.NAME,
          "protection",
          "rejection",
          "critical_action",
          "health_floor",
          "heals_per_hour",
          "rollbacks_per_day",
          "cooldown",
          "unknown_outcome",
          CIRCUIT_BREAKER,
          "storm");

  /** Nobody knows how long it lasts. */
  private static final Duration IN_A_STORM = Duration.ofMinutes(1);

  private final Map<String, Guard> guards = new LinkedHashMap<>();

  /**
   * The guards of an engine.
   *
   * @param ceilings how far each action may go by itself
   * @param paused why nothing is done, if the off switch is set
   * @param distrust what is wrong with the safety state
   * @param rejected whether a person does not want anything done about a problem
   * @param handedOver whether a problem that is not over was handed over to a human
   * @param unrelated how many incidents are open that began lately, are serious, could be treated,
   *     are no human's yet and not the symptom of another
   * @param sampled whether anything measures the host or should, so that its health should be known
   */
  public SafetyGuards(
      Settings settings,
      Function<ActionId, Autonomy> ceilings,
      Supplier<Optional<String>> paused,
      Supplier<List<String>> distrust,
      Predicate<Fingerprint> rejected,
      Predicate<Fingerprint> handedOver,
      IntSupplier unrelated,
      boolean sampled) {
    Settings.Limits limits = settings.limits();
    StartedLately lately = new StartedLately(limits, handedOver);
    guards.put(OFF_SWITCH, p -> paused.get().map(Verdict::deny).orElse(ok("not paused")));
    guards.put("safety_state", p -> safetyState(distrust.get()));
    guards.put("autonomy", p -> autonomy(p, settings.autonomy(), ceilings));
    guards.put(
        EarnedAutonomy.NAME, new EarnedAutonomy(a -> ceiling(a, settings.autonomy(), ceilings)));
    guards.put("protection", p -> protection(p, settings));
    guards.put("rejection", p -> rejection(p, rejected));
    guards.put("critical_action", SafetyGuards::criticalAction);
    guards.put("health_floor", p -> healthFloor(p, sampled, limits.healthFloor()));
    guards.put("heals_per_hour", lately::healsPerHour);
    guards.put("rollbacks_per_day", lately::rollbacksPerDay);
    guards.put("cooldown", lately::cooldown);
    guards.put("unknown_outcome", StartedLately::unknownOutcome);
    guards.put(CIRCUIT_BREAKER, lately::circuitBreaker);
    guards.put("storm", p -> storm(p, unrelated.getAsInt(), limits.storm()));
  }

  /** For tests that show what each guard is good for. */
  public void without(String guard) {
    if (guards.remove(guard) == null) {
      throw new IllegalArgumentException("no guard '" + guard + "': expected one of " + names());
    }
  }

  /** The names of those that are asked, in this order. */
  public List<String> names() {
    return List.copyOf(guards.keySet());
  }

  /**
   * Asks all guards about the next step of a plan.
   *
   * @param others what guards of plugins say to the same
   */
  public Decision judge(Proposal proposal, List<Judgement> others) {
    List<Judgement> judgements = new ArrayList<>(guards.size() + others.size());
    guards.forEach((name, guard) -> judgements.add(said(name, guard.judge(proposal), proposal)));
    others.forEach(other -> judgements.add(said(other.guard(), other.verdict(), proposal)));
    Verdict strictest = Verdict.proceed("all " + judgements.size() + " guards agree");
    for (Judgement judgement : judgements) {
      if (judgement.verdict().kind().compareTo(strictest.kind()) > 0) {
        Verdict verdict = judgement.verdict();
        strictest =
            new Verdict(
                verdict.kind(), verdict.until(), judgement.guard() + ": " + verdict.reason());
      }
    }
    return new Decision(proposal.at(), proposal.plan(), judgements, strictest, proposal.preview());
  }

  /** Which guard the verdict of a decision comes from; empty if all agree. */
  public static String decisive(Decision decision) {
    return decision.judgements().stream()
        .filter(j -> j.verdict().kind() == decision.verdict().kind())
        .filter(j -> j.verdict().kind() != Verdict.Kind.PROCEED)
        .map(Judgement::guard)
        .findFirst()
        .orElse("");
  }

  /** A person's approval answers what a guard would ask a person. */
  private static Judgement said(String guard, Verdict verdict, Proposal proposal) {
    boolean answered =
        verdict.kind() == Verdict.Kind.CONFIRM && proposal.origin() == Origin.APPROVED;
    return new Judgement(
        guard,
        answered ? Verdict.proceed("approved by a person although: " + verdict.reason()) : verdict);
  }

  private static Verdict ok(String reason) {
    return Verdict.proceed(reason);
  }

  private static Verdict safetyState(List<String> distrust) {
    return distrust.isEmpty()
        ? ok("the journal is whole")
        : Verdict.deny("observing only: " + String.join("; ", distrust));
  }

  private static Verdict autonomy(
      Proposal proposal, Autonomy configured, Function<ActionId, Autonomy> ceilings) {
    ActionId action = action(proposal).id();
    Autonomy ceiling = ceiling(action, configured, ceilings);
    String who = ceiling == configured ? "autonomy" : "actions." + action + ".autonomy";
    String is = who + " is " + ceiling.name().toLowerCase(Locale.ROOT);
    boolean automatic = proposal.origin() == Origin.AUTOMATIC;
    if (ceiling == Autonomy.OBSERVE) {
      return Verdict.deny(is + ": nothing is done, not even on request");
    }
    if (ceiling == Autonomy.SUGGEST && automatic) {
      return Verdict.deny(is + ": done only on request (heal " + proposal.incident().id() + ")");
    }
    if (ceiling == Autonomy.CONFIRM && automatic) {
      return Verdict.confirm(is);
    }
    return ok(is);
  }

  private static Autonomy ceiling(
      ActionId action, Autonomy configured, Function<ActionId, Autonomy> ceilings) {
    Autonomy own = ceilings.apply(action);
    return own.compareTo(configured) < 0 ? own : configured;
  }

  private static Verdict protection(Proposal proposal, Settings settings) {
    if (takesBack(proposal)) {
      return ok("nothing but a limit of ours is taken away");
    }
    List<String> touched = new ArrayList<>(proposal.plan().issue().components());
    touched.add(proposal.target());
    for (String component : touched) {
      Optional<String> why = settings.protection().unit(component);
      if (why.isPresent()) {
        return Verdict.deny(why.orElseThrow());
      }
    }
    return ok("nothing protected is touched");
  }

  /**
   * What was allowed once to be done until it is not needed any more is not to stay for longer: on
   * a host that is unwell it may be why, and a timer would take it away in the end all the same.
   */
  static boolean takesBack(Proposal proposal) {
    return action(proposal).id().equals(ActionId.LIFT_THROTTLE);
  }

  private static Verdict rejection(Proposal proposal, Predicate<Fingerprint> rejected) {
    boolean unwanted = rejected.test(proposal.incident().fingerprint());
    return unwanted && proposal.origin() == Origin.AUTOMATIC
        ? Verdict.deny(REJECTED + ": done only on request")
        : ok("not rejected");
  }

  private static Verdict criticalAction(Proposal proposal) {
    ActionDescription action = action(proposal);
    return action.risk() == Risk.CRITICAL && proposal.origin() != Origin.APPROVED
        ? Verdict.confirm(action.id() + " is critical: always needs approval")
        : ok("risk " + action.risk());
  }

  private static Verdict healthFloor(Proposal proposal, boolean sampled, int floor) {
    if (takesBack(proposal)) {
      return ok("a limit of ours is taken away, however the host is");
    }
    boolean automatic = proposal.origin() == Origin.AUTOMATIC;
    if (proposal.state().health().isPresent()) {
      double health = proposal.state().health().getAsDouble();
      String is = "health is " + Math.round(health) + ", the floor is " + floor;
      return health < floor && automatic ? Verdict.confirm(is) : ok(is);
    }
    if (!sampled || floor == 0) {
      return ok(sampled ? "health is unknown, and there is no floor" : "no sampler is loaded");
    }
    return automatic
        ? Verdict.confirm("health is unknown, the floor is " + floor)
        : ok("asked for");
  }

  private static Verdict storm(Proposal proposal, int unrelated, int limit) {
    if (takesBack(proposal)) {
      return ok("a limit of ours is taken away, whatever else is open");
    }
    String is = unrelated + " unrelated incidents of the last hour are open at once";
    return unrelated >= limit && proposal.origin() == Origin.AUTOMATIC
        ? Verdict.defer(
            proposal.at().plus(IN_A_STORM), is + ": this host is sick, a human should look")
        : ok(is);
  }

  static ActionDescription action(Proposal proposal) {
    return proposal.plan().next().action();
  }
}
