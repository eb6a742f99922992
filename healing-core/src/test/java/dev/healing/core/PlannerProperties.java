package dev.healing.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.ActionDescription;
import dev.healing.api.ActionId;
import dev.healing.api.Confidence;
import dev.healing.api.HealingPlan;
import dev.healing.api.Incident;
import dev.healing.api.Outcome;
import dev.healing.api.Risk;
import dev.healing.api.Severity;
import dev.healing.spi.Planner.Candidate;
import dev.healing.testkit.HostStates;
import dev.healing.testkit.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Whatever is known, what is too harsh is never chosen, and nobody experiments where it hurts. */
class PlannerProperties {
  record Known(Risk risk, double value, double upper, int settlingSeconds, boolean usable) {}

  @Provide
  Arbitrary<List<Known>> known() {
    return Combinators.combine(
            Arbitraries.of(Risk.class),
            Arbitraries.doubles().between(0, Confidence.MAX),
            Arbitraries.doubles().between(0, 1),
            Arbitraries.integers().between(0, 300),
            Arbitraries.of(true, true, true, false))
        .as(
            (risk, value, more, wait, usable) ->
                new Known(risk, value, value + more * (1 - value), wait, usable))
        .list()
        .ofMaxSize(12);
  }

  private static Candidate candidate(int number, Known known, double upper) {
    return new Candidate(
        new ActionDescription(
            ActionId.of("action" + number),
            "does it",
            Set.of(Given.TYPE),
            known.risk(),
            Set.of(),
            true,
            ActionDescription.IRREVERSIBLE,
            Duration.ofSeconds(known.settlingSeconds()),
            Duration.ofSeconds(60)),
        new Confidence(known.value(), 0, upper, 10, 5, "as told"),
        known.usable() ? Optional.empty() : Optional.of("is not there"));
  }

  private static HealingPlan plan(
      Severity severity, List<Known> known, Optional<Integer> tried, boolean certain) {
    Tracked incident =
        new Tracked(
            "a",
            Given.issue(VirtualTime.START, severity, "web.service"),
            VirtualTime.START,
            Optional.empty(),
            Optional.empty());
    tried
        .filter(number -> number < known.size())
        .ifPresent(
            number ->
                incident.ended(
                    Given.receipt(
                        Given.intent(
                            "a.1",
                            VirtualTime.START,
                            ActionId.of("action" + number),
                            "web.service"),
                        Outcome.UNCHANGED,
                        VirtualTime.START)));
    List<Candidate> candidates = new ArrayList<>();
    for (int i = 0; i < known.size(); i++) {
      Known one = known.get(i);
      candidates.add(candidate(i, one, certain ? one.value() : one.upper()));
    }
    Incident snapshot = incident.snapshot();
    return new LadderPlanner().plan(snapshot, HostStates.now().build(), candidates);
  }

  @Property(tries = 500)
  void whatIsTooHarshIsNeverChosen(
      @ForAll Severity severity,
      @ForAll("known") List<Known> known,
      @ForAll("attempts") Optional<Integer> tried) {
    HealingPlan plan = plan(severity, known, tried, false);

    boolean harsh = false;
    for (HealingPlan.Step step : plan.actions()) {
      int number = Integer.parseInt(step.action().id().name().substring("action".length()));
      assertThat(known.get(number).usable()).isTrue();
      boolean again = tried.filter(t -> t == number).isPresent();
      boolean harshNow = step.action().risk().compareTo(Risk.HIGH) >= 0;
      if (harshNow) {
        assertThat(severity).isGreaterThanOrEqualTo(Severity.HIGH);
      } else if (!again) {
        assertThat(harsh).as("harsh before mild in %s", plan).isFalse();
      }
      harsh |= harshNow;
    }
    assertThat(plan.reason()).isNotBlank();
    assertThat(
            Stream.concat(
                plan.actions().stream().map(step -> step.action().id()),
                plan.rejected().stream().map(HealingPlan.Rejected::action)))
        .as("each is chosen, or told why not")
        .hasSize(known.size())
        .doesNotHaveDuplicates();
  }

  @Provide
  Arbitrary<Optional<Integer>> attempts() {
    return Arbitraries.integers().between(0, 11).optional();
  }

  @Property(tries = 300)
  void onACriticalIssueNothingIsTriedBecauseItMightBeBetter(@ForAll("known") List<Known> known) {
    assertThat(order(plan(Severity.CRITICAL, known, Optional.empty(), false)))
        .isEqualTo(order(plan(Severity.CRITICAL, known, Optional.empty(), true)));
  }

  @Property(tries = 300)
  void whatCanCostWorkIsNeverTriedBecauseItMightBeBetter(@ForAll("known") List<Known> all) {
    List<Known> harsh = all.stream().filter(k -> k.risk().compareTo(Risk.HIGH) >= 0).toList();

    assertThat(order(plan(Severity.HIGH, harsh, Optional.empty(), false)))
        .isEqualTo(order(plan(Severity.HIGH, harsh, Optional.empty(), true)));
  }

  private static List<ActionId> order(HealingPlan plan) {
    return plan.actions().stream().map(step -> step.action().id()).toList();
  }
}
