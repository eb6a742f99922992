package dev.healing.core.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.ActionId;
import dev.healing.api.Autonomy;
import dev.healing.api.Confidence;
import dev.healing.api.Configuration;
import dev.healing.api.Decision;
import dev.healing.api.Decision.Judgement;
import dev.healing.api.HealingPlan;
import dev.healing.api.HostState;
import dev.healing.api.Incident;
import dev.healing.api.IncidentStatus;
import dev.healing.api.Issue;
import dev.healing.api.Origin;
import dev.healing.api.Outcome;
import dev.healing.api.Risk;
import dev.healing.api.Standing;
import dev.healing.api.Verdict;
import dev.healing.api.Verdict.Kind;
import dev.healing.core.Given;
import dev.healing.core.journal.Intent;
import dev.healing.core.journal.Journal;
import dev.healing.spi.Proposal;
import dev.healing.testkit.HostStates;
import dev.healing.testkit.TestHost;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class SafetyGuardsTest {
  private static final String UNIT = "web.service";

  private final TestHost host = new TestHost();
  private Journal journal = new Journal(host.state(), host.time());
  private final Map<String, Object> configuration = new HashMap<>();
  private final Map<ActionId, Autonomy> ceilings = new HashMap<>();
  private final Map<String, Verdict> others = new LinkedHashMap<>();
  private Optional<String> paused = Optional.empty();
  private List<String> distrust = List.of();
  private int unrelated;
  private boolean rejected;
  private boolean sampled = true;
  private Origin origin = Origin.AUTOMATIC;
  private ActionId action = Given.RESTART;
  private Risk risk = Risk.MEDIUM;
  private boolean idempotent = true;
  private Optional<Standing> standing = Optional.empty();
  private HostState state = HostStates.now().health(100).build();
  private int starts;

  private Decision judge() {
    SafetyGuards guards =
        new SafetyGuards(
            Settings.read(Configuration.of(configuration)),
            id -> ceilings.getOrDefault(id, Autonomy.AUTO),
            () -> paused,
            () -> distrust,
            problem -> rejected,
            problem -> false,
            () -> unrelated,
            sampled);
    Issue issue = Given.issue(host.time().now(), UNIT);
    HealingPlan.Step step =
        new HealingPlan.Step(
            Given.description(action, risk, idempotent), Confidence.UNKNOWN, standing);
    Incident incident =
        new Incident(
            "I1",
            issue.fingerprint(),
            issue,
            IncidentStatus.OPEN,
            issue.detectedAt(),
            issue.detectedAt(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            List.of(),
            "");
    return guards.judge(
        new Proposal(
            host.time().now(),
            incident,
            new HealingPlan(issue, List.of(step), List.of(), "for a test"),
            Optional.of(Given.preview(UNIT)),
            origin,
            state,
            journal),
        others.entrySet().stream().map(o -> new Judgement(o.getKey(), o.getValue())).toList());
  }

  private Verdict of(String guard) {
    return judge().judgements().stream()
        .filter(judgement -> judgement.guard().equals(guard))
        .findFirst()
        .orElseThrow()
        .verdict();
  }

  private Kind kind(String guard) {
    return of(guard).kind();
  }

  /** Something was started before. */
  private void started(ActionId what, String target, Outcome outcome) {
    Intent intent = Given.intent("i" + ++starts + ".1", host.time().now(), what, target);
    journal.add(intent);
    journal.close(Given.receipt(intent, outcome, host.time().now()));
    journal.commit();
  }

  private void limits(String key, Object value) {
    configuration.put("limits", Map.of(key, value));
  }

  @Test
  void nothingSpeaksAgainstAnInnocentPlan() {
    Decision decision = judge();
    assertThat(decision.verdict().kind()).isEqualTo(Kind.PROCEED);
    assertThat(decision.judgements())
        .hasSize(SafetyGuards.NAMES.size())
        .allSatisfy(judgement -> assertThat(SafetyGuards.NAMES).contains(judgement.guard()))
        .allSatisfy(judgement -> assertThat(judgement.verdict().reason()).isNotBlank());
    assertThat(SafetyGuards.decisive(decision)).isEmpty();
  }

  @Test
  void theStrictestCountsAndIsNamed() {
    others.put("asks", Verdict.confirm("hm"));
    assertThat(judge().verdict()).isEqualTo(Verdict.confirm("asks: hm"));
    others.put("waits", Verdict.defer(host.time().now(), "later"));
    assertThat(judge().verdict().kind()).isEqualTo(Kind.DEFER);
    others.put("refuses", Verdict.deny("no"));
    others.put("agrees", Verdict.proceed("yes"));
    Decision decision = judge();
    assertThat(decision.verdict()).isEqualTo(Verdict.deny("refuses: no"));
    assertThat(SafetyGuards.decisive(decision)).isEqualTo("refuses");
  }

  @Test
  void anApprovalAnswersAQuestionAndNothingElse() {
    others.put("asks", Verdict.confirm("hm"));
    origin = Origin.REQUESTED;
    assertThat(kind("asks")).isEqualTo(Kind.CONFIRM);
    origin = Origin.APPROVED;
    assertThat(of("asks")).isEqualTo(Verdict.proceed("approved by a person although: hm"));
    others.put("waits", Verdict.defer(host.time().now(), "later"));
    assertThat(judge().verdict().kind()).isEqualTo(Kind.DEFER);
    others.put("refuses", Verdict.deny("no"));
    assertThat(judge().verdict().kind()).isEqualTo(Kind.DENY);
  }

  @Test
  void theOffSwitchAndDistrustHoldForEverybody() {
    for (Origin someone : Origin.values()) {
      origin = someone;
      paused = Optional.of("paused until resumed");
      assertThat(of("off_switch")).isEqualTo(Verdict.deny("paused until resumed"));
      paused = Optional.empty();
      distrust = List.of("intents.jsonl:7: checksum does not match");
      assertThat(of("safety_state").kind()).isEqualTo(Kind.DENY);
      assertThat(of("safety_state").reason()).contains("observing only", "intents.jsonl:7");
      distrust = List.of();
    }
    assertThat(judge().verdict().kind()).isEqualTo(Kind.PROCEED);
  }

  @Test
  void autonomyIsTheLowerOfTheTwoCeilings() {
    Kind[][] expected = { // by autonomy; automatic, requested, approved
      {Kind.DENY, Kind.DENY, Kind.DENY},
      {Kind.DENY, Kind.PROCEED, Kind.PROCEED},
      {Kind.CONFIRM, Kind.PROCEED, Kind.PROCEED},
      {Kind.PROCEED, Kind.PROCEED, Kind.PROCEED}
    };
    for (Autonomy whole : Autonomy.values()) {
      for (Autonomy own : Autonomy.values()) {
        configuration.put("autonomy", whole.name().toLowerCase(java.util.Locale.ROOT));
        ceilings.put(action, own);
        for (Origin someone : Origin.values()) {
          origin = someone;
          assertThat(kind("autonomy"))
              .as(whole + " and " + own + ", " + someone)
              .isEqualTo(expected[Math.min(whole.ordinal(), own.ordinal())][someone.ordinal()]);
        }
      }
    }
  }

  @Test
  void whatIsProtectedIsNotTouchedOnAnybodysWord() {
    configuration.put("protect", Map.of("units", List.of("web*.service")));
    origin = Origin.APPROVED;
    assertThat(of("protection").kind()).isEqualTo(Kind.DENY);
    assertThat(of("protection").reason()).contains(UNIT, "protect.units");
  }

  @Test
  void whatIsProtectedSinceIsStillFreedOfOurThrottle() {
    configuration.put("protect", Map.of("units", List.of("web*.service")));
    action = ActionId.LIFT_THROTTLE;
    assertThat(kind("protection")).isEqualTo(Kind.PROCEED);
    action = ActionId.THROTTLE_SERVICE;
    assertThat(kind("protection")).isEqualTo(Kind.DENY);
  }

  @Test
  void whatAPersonRejectedIsDoneOnAPersonsWordOnly() {
    rejected = true;
    assertThat(of("rejection"))
        .isEqualTo(Verdict.deny("rejected by a person: done only on request"));
    origin = Origin.REQUESTED;
    assertThat(kind("rejection")).isEqualTo(Kind.PROCEED);
  }

  @Test
  void aCriticalActionNeedsAnApprovalAndARequestIsNone() {
    risk = Risk.CRITICAL;
    assertThat(kind("critical_action")).isEqualTo(Kind.CONFIRM);
    origin = Origin.REQUESTED;
    assertThat(kind("critical_action")).isEqualTo(Kind.CONFIRM);
    origin = Origin.APPROVED;
    assertThat(kind("critical_action")).isEqualTo(Kind.PROCEED);
    risk = Risk.HIGH;
    origin = Origin.AUTOMATIC;
    assertThat(kind("critical_action")).isEqualTo(Kind.PROCEED);
  }

  @Test
  void belowTheHealthFloorAPersonIsAsked() {
    state = HostStates.now().health(30).build();
    assertThat(kind("health_floor")).isEqualTo(Kind.PROCEED);
    state = HostStates.now().health(29.9).build();
    assertThat(of("health_floor")).isEqualTo(Verdict.confirm("health is 30, the floor is 30"));
    origin = Origin.REQUESTED;
    assertThat(kind("health_floor")).isEqualTo(Kind.PROCEED);
  }

  @Test
  void anUnknownHealthIsNoGoodHealth() {
    state = HostStates.now().build();
    assertThat(kind("health_floor")).isEqualTo(Kind.CONFIRM);
    origin = Origin.REQUESTED;
    assertThat(kind("health_floor")).isEqualTo(Kind.PROCEED);
    origin = Origin.AUTOMATIC;
    limits("health-floor", 0);
    assertThat(kind("health_floor")).isEqualTo(Kind.PROCEED);
    configuration.clear();
    sampled = false;
    assertThat(kind("health_floor")).as("nobody measures it").isEqualTo(Kind.PROCEED);
  }

  @Test
  void thereIsRoomForAHealWhenTheOldestIsAnHourOld() {
    limits("heals-per-hour", 2);
    started(Given.RESTART, "a.service", Outcome.HEALED);
    host.time().advance(Duration.ofMinutes(20));
    assertThat(kind("heals_per_hour")).isEqualTo(Kind.PROCEED);
    started(Given.RESTART, "b.service", Outcome.FAILED);
    origin = Origin.APPROVED;
    Verdict verdict = of("heals_per_hour");
    assertThat(verdict.kind()).isEqualTo(Kind.DEFER);
    assertThat(verdict.until()).contains(host.time().now().plus(Duration.ofMinutes(40)));
    assertThat(verdict.reason()).isEqualTo("2 of 2 heals in the last hour");
    limits("heals-per-hour", 1);
    assertThat(of("heals_per_hour").reason()).isEqualTo("2 of 1 heals in the last hour");
    limits("heals-per-hour", 2);
    host.time().advance(Duration.ofMinutes(40).minusNanos(1));
    assertThat(kind("heals_per_hour")).isEqualTo(Kind.DEFER);
    host.time().advance(Duration.ofNanos(1));
    assertThat(kind("heals_per_hour")).isEqualTo(Kind.PROCEED);
  }

  @Test
  void noRoomAtAllIsDeferredToo() {
    limits("heals-per-hour", 0);
    assertThat(of("heals_per_hour").until()).contains(host.time().now().plus(Duration.ofHours(1)));
  }

  /** It counts like any other action, and obeys the off switch as any. */
  @Test
  void aThrottleOfOursIsTakenAwayHoweverMuchWasDone() {
    limits("heals-per-hour", 1);
    started(Given.RESTART, "a.service", Outcome.HEALED);
    action = ActionId.LIFT_THROTTLE;
    assertThat(judge().verdict().kind()).isEqualTo(Kind.PROCEED);
    paused = Optional.of("paused by a person");
    assertThat(judge().verdict()).isEqualTo(Verdict.deny("off_switch: paused by a person"));
    paused = Optional.empty();
    started(ActionId.LIFT_THROTTLE, UNIT, Outcome.FAILED);
    assertThat(kind("cooldown")).as("what fails is not tried all the time").isEqualTo(Kind.DEFER);
    action = ActionId.THROTTLE_SERVICE;
    assertThat(kind("heals_per_hour")).isEqualTo(Kind.DEFER);
  }

  /** On a host that is unwell the throttle may be why; a timer would take it away in the end. */
  @Test
  void aThrottleOfOursIsTakenAwayHoweverUnwellTheHostIs() {
    state = HostStates.now().health(3).build();
    unrelated = 100;
    action = ActionId.LIFT_THROTTLE;
    assertThat(judge().verdict().kind()).isEqualTo(Kind.PROCEED);
    state = HostStates.now().build();
    assertThat(kind("health_floor")).as("unknown").isEqualTo(Kind.PROCEED);
    action = ActionId.THROTTLE_SERVICE;
    assertThat(kind("health_floor")).isEqualTo(Kind.CONFIRM);
    assertThat(kind("storm")).isEqualTo(Kind.DEFER);
  }

  @Test
  void rollbacksHaveALimitOfTheirOwn() {
    action = ActionId.ROLLBACK_GENERATION;
    for (int i = 0; i < 3; i++) {
      assertThat(kind("rollbacks_per_day")).isEqualTo(Kind.PROCEED);
      started(ActionId.ROLLBACK_GENERATION, "system", Outcome.UNCHANGED);
      host.time().advance(Duration.ofHours(2));
    }
    assertThat(of("rollbacks_per_day").until())
        .contains(host.time().now().plus(Duration.ofHours(18)));
    action = Given.RESTART;
    assertThat(kind("rollbacks_per_day")).isEqualTo(Kind.PROCEED);
  }

  @Test
  void similarActionsAreFiveMinutesApart() {
    started(Given.RESTART, UNIT, Outcome.UNCHANGED);
    host.time().advance(Duration.ofMinutes(5).minusNanos(1));
    assertThat(kind("cooldown")).isEqualTo(Kind.DEFER);
    host.time().advance(Duration.ofNanos(1));
    assertThat(kind("cooldown")).isEqualTo(Kind.PROCEED);
    started(Given.RESTART, "other.service", Outcome.UNCHANGED);
    started(ActionId.CLEAR_CACHE, UNIT, Outcome.UNCHANGED);
    assertThat(kind("cooldown")).as("neither is similar").isEqualTo(Kind.PROCEED);
  }

  @Test
  void oneActionAtOneProblemIsSimilarWhateverItTouches() {
    Instant now = host.time().now();
    Intent other =
        Intent.of(
            "x.1",
            "x",
            Given.issue(now, UNIT),
            now,
            Given.description(Given.RESTART, Risk.LOW),
            Given.preview("runaway:17"),
            Origin.AUTOMATIC,
            0.5,
            new TreeMap<>(),
            now);
    journal.add(other);
    journal.close(Given.receipt(other, Outcome.HEALED, now));
    assertThat(kind("cooldown")).isEqualTo(Kind.DEFER);
    assertThat(of("cooldown").reason()).contains("runaway:17");
    host.time().advance(Duration.ofMinutes(5));
    assertThat(kind("cooldown")).isEqualTo(Kind.PROCEED);
  }

  @Test
  void whatMayHaveBeenDoneIsNotRepeatedUnlessTwiceIsAsGoodAsOnce() {
    started(Given.RESTART, UNIT, Outcome.AMBIGUOUS);
    assertThat(kind("unknown_outcome")).isEqualTo(Kind.PROCEED);
    idempotent = false;
    assertThat(kind("unknown_outcome")).isEqualTo(Kind.CONFIRM);
    origin = Origin.REQUESTED;
    assertThat(kind("unknown_outcome")).isEqualTo(Kind.PROCEED);
    origin = Origin.AUTOMATIC;
    started(Given.RESTART, UNIT, Outcome.UNCHANGED);
    assertThat(kind("unknown_outcome")).as("since then it is known").isEqualTo(Kind.PROCEED);
  }

  @Test
  void theThirdFailureIsTheLastWithoutAPerson() {
    started(Given.RESTART, UNIT, Outcome.NOT_ATTEMPTED);
    started(Given.RESTART, "other.service", Outcome.FAILED);
    started(ActionId.CLEAR_CACHE, UNIT, Outcome.FAILED);
    started(Given.RESTART, UNIT, Outcome.UNCHANGED);
    started(Given.RESTART, UNIT, Outcome.HEALED);
    assertThat(kind(SafetyGuards.CIRCUIT_BREAKER)).isEqualTo(Kind.PROCEED);
    started(Given.RESTART, UNIT, Outcome.FAILED);
    assertThat(of(SafetyGuards.CIRCUIT_BREAKER).kind()).isEqualTo(Kind.CONFIRM);
    assertThat(of(SafetyGuards.CIRCUIT_BREAKER).reason()).contains("3 times", "to a human");
    host.time().advance(Duration.ofHours(1));
    assertThat(kind(SafetyGuards.CIRCUIT_BREAKER)).isEqualTo(Kind.PROCEED);
  }

  @Test
  void tooMuchAtOnceIsAStorm() {
    unrelated = 7;
    assertThat(kind("storm")).isEqualTo(Kind.PROCEED);
    unrelated = 8;
    assertThat(kind("storm")).isEqualTo(Kind.DEFER);
    origin = Origin.REQUESTED;
    assertThat(kind("storm")).isEqualTo(Kind.PROCEED);
  }

  private void lost(int rungs) {
    standing = Optional.of(new Standing(rungs, "it has made it worse"));
  }

  @Test
  void whatHasMadeItWorseHasLostARungOfItsCeilingAndNotMore() {
    lost(1);
    assertThat(judge().verdict().kind()).isEqualTo(Verdict.Kind.CONFIRM);
    assertThat(judge().verdict().reason())
        .isEqualTo("standing: confirm, since it has made it worse");
    lost(2);
    assertThat(judge().verdict().kind()).isEqualTo(Verdict.Kind.DENY);
    assertThat(judge().verdict().reason()).contains("suggest, since", "done only on request");
    ceilings.put(Given.RESTART, Autonomy.CONFIRM);
    lost(1);
    assertThat(judge().verdict().reason()).contains("suggest, since");
  }

  @Test
  void aRestartDoesNotForgetWhatMadeItWorseThoughNothingIsKnown() {
    started(Given.RESTART, "other.service", Outcome.WORSE);
    host.time().advance(Duration.ofHours(23));
    journal = new Journal(host.state(), host.time());
    assertThat(of(EarnedAutonomy.NAME).kind()).isEqualTo(Kind.CONFIRM);
    assertThat(of(EarnedAutonomy.NAME).reason()).contains("worse within the last day");
    host.time().advance(Duration.ofHours(1));
    assertThat(of(EarnedAutonomy.NAME).kind()).isEqualTo(Kind.PROCEED);
  }

  @Test
  void whatMadeAnotherTypeOfIssueWorseIsNotHeldAgainstIt() {
    started(ActionId.CLEAR_CACHE, UNIT, Outcome.WORSE);
    assertThat(of(EarnedAutonomy.NAME).kind()).isEqualTo(Kind.PROCEED);
  }

  @Test
  void whatWasLostIsStillDoneOnRequest() {
    lost(2);
    origin = Origin.REQUESTED;
    assertThat(judge().verdict().kind()).isEqualTo(Verdict.Kind.PROCEED);
  }

  @Test
  void noStandingRaisesACeiling() {
    lost(0);
    ceilings.put(Given.RESTART, Autonomy.OBSERVE);
    assertThat(judge().verdict().kind()).isEqualTo(Verdict.Kind.DENY);
    ceilings.put(Given.RESTART, Autonomy.SUGGEST);
    assertThat(judge().verdict().kind()).isEqualTo(Verdict.Kind.DENY);
    ceilings.put(Given.RESTART, Autonomy.CONFIRM);
    assertThat(judge().verdict().kind()).isEqualTo(Verdict.Kind.CONFIRM);
    ceilings.put(Given.RESTART, Autonomy.AUTO);
    risk = Risk.CRITICAL;
    assertThat(judge().verdict().kind()).isEqualTo(Verdict.Kind.CONFIRM);
    for (Autonomy ceiling : Autonomy.values()) {
      for (int below = 0; below < 5; below++) {
        assertThat(new Standing(below, "r").of(ceiling)).isLessThanOrEqualTo(ceiling);
      }
    }
  }
}
