package dev.healing.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.ActionDescription;
import dev.healing.api.ActionReport;
import dev.healing.api.Detection;
import dev.healing.api.Event;
import dev.healing.api.HostState;
import dev.healing.api.Incident;
import dev.healing.api.IncidentStatus;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Outcome;
import dev.healing.api.RefusedException;
import dev.healing.api.Risk;
import dev.healing.api.Severity;
import dev.healing.spi.HealingAction;
import dev.healing.spi.PreparedAction;
import dev.healing.testkit.TestHost;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Too much at once is one incident, for a person. */
class StormTest {
  private static final List<String> SITES = List.of("s1", "s2", "s3", "s4", "s5");

  /** What no action treats. */
  private static final IssueType UNANSWERED = IssueType.of("site_unanswered");

  private final TestHost host = new TestHost();
  private final Set<String> broken = new TreeSet<>();
  private final List<Event> events = new ArrayList<>();
  private final Set<String> unreachable = new TreeSet<>();
  private boolean refuses;
  private HealingEngine engine = engine(Map.of());

  private HealingEngine engine(Map<String, ?> restart) {
    Map<String, ?> limits =
        Map.of("storm", 4, "health-floor", 0, "cooldown", "0s", "heals-per-hour", 99);
    return Given.engine(
            host, Map.of("limits", limits, "actions", Map.of("restart_service", restart)))
        .add(
            Given.detector(
                "services",
                state ->
                    Detection.of(
                        broken.stream().map(unit -> Given.issue(state.at(), unit)).toList())))
        .add(
            Given.detector(
                "probes",
                UNANSWERED,
                state ->
                    Detection.of(
                        unreachable.stream().map(site -> unanswered(state.at(), site)).toList())))
        .add(new Given.Actions(Given.RESTART.name(), new Restart()))
        .build();
  }

  /** Helps b.service; others are refused, if so. */
  private final class Restart implements HealingAction {
    private final HealingAction real =
        new Given.Action(
            Given.description(Given.RESTART, Risk.LOW),
            execution -> {
              broken.remove("b.service");
              return ActionReport.done("restarted");
            });

    @Override
    public ActionDescription description() {
      return real.description();
    }

    @Override
    public PreparedAction prepare(Issue issue, HostState state) {
      if (refuses && !issue.components().contains("b.service")) {
        throw new RefusedException("not this one");
      }
      return real.prepare(issue, state);
    }
  }

  private static Issue unanswered(Instant at, String site) {
    return Issue.of(
        at, UNANSWERED, Severity.HIGH, site + " does not answer", Map.of(), List.of(site));
  }

  @AfterEach
  void end() {
    host.time().close();
  }

  private void passes(int seconds) {
    new EngineDriver(host.time(), engine).run(Duration.ofSeconds(seconds));
  }

  private Incident sick() {
    return engine.incidents().stream()
        .filter(incident -> incident.issue().type().equals(IssueType.HOST_SICK))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void whatIsOpenWaitsForItAndGoesOnWhenItIsOver() {
    engine.addListener(events::add);
    engine.open();
    broken.addAll(Set.of("a.service", "b.service", "c.service", "d.service"));
    passes(10);

    Incident storm = sick();
    assertThat(storm.status()).isEqualTo(IncidentStatus.ESCALATED);
    assertThat(storm.issue().description()).startsWith("4 unrelated incidents are open at once");
    assertThat(engine.audit().history(10)).isEmpty();
    assertThat(events).noneMatch(event -> event.kind() == Event.Kind.CONFIRMATION_NEEDED);
    assertThat(engine.incidents())
        .filteredOn(incident -> !incident.id().equals(storm.id()))
        .hasSize(4)
        .allSatisfy(incident -> assertThat(incident.cause()).contains(storm.id()));
    assertThat(events)
        .filteredOn(event -> event.kind() == Event.Kind.ESCALATED)
        .singleElement()
        .satisfies(event -> assertThat(event.message()).contains("this host is sick"));

    passes(3500);
    assertThat(sick().id()).as("it is one, however long it lasts").isEqualTo(storm.id());
    assertThat(sick().closed()).isFalse();

    broken.removeAll(Set.of("c.service", "d.service"));
    passes(60);
    assertThat(sick().closed()).isTrue();
    assertThat(engine.audit().history(10))
        .isNotEmpty()
        .anyMatch(receipt -> receipt.outcome() == Outcome.HEALED);
  }

  private List<IssueType> types() {
    return engine.incidents().stream().map(incident -> incident.issue().type()).toList();
  }

  private IncidentStatus status(String unit) {
    return engine.incidents().stream()
        .filter(incident -> incident.issue().components().contains(unit))
        .findFirst()
        .orElseThrow()
        .status();
  }

  @Test
  void whatNobodyMendsDoesNotEndHealingForGood() {
    engine.open();
    broken.addAll(Set.of("a.service", "b.service", "c.service", "d.service"));
    passes(10);
    assertThat(engine.audit().history(10)).isEmpty();
    passes(3700);
    assertThat(sick().closed()).isTrue();
    assertThat(sick().note()).contains("healing goes on");
    assertThat(status("b.service")).isEqualTo(IncidentStatus.HEALED);
    assertThat(status("a.service")).as("it was tried").isEqualTo(IncidentStatus.ESCALATED);
  }

  @Test
  void whatIsHandedToAPersonSinceNothingCanBeTriedMakesNoStorm() {
    refuses = true;
    engine.open();
    broken.addAll(Set.of("a.service", "c.service", "d.service"));
    passes(100);
    assertThat(status("a.service")).isEqualTo(IncidentStatus.ESCALATED);

    broken.add("b.service");
    passes(10);

    assertThat(types()).doesNotContain(IssueType.HOST_SICK);
    assertThat(status("b.service")).isEqualTo(IncidentStatus.HEALED);
  }

  /** Nor while whoever refuses is still asked again. */
  @Test
  void whatEverythingRefusesMakesNoStormAndIsNotHiddenByOne() {
    refuses = true;
    engine.open();
    broken.addAll(Set.of("a.service", "c.service", "d.service"));
    passes(10);
    assertThat(status("a.service")).isNotEqualTo(IncidentStatus.ESCALATED);

    broken.add("b.service");
    passes(10);

    assertThat(types()).doesNotContain(IssueType.HOST_SICK);
    assertThat(status("b.service")).isEqualTo(IncidentStatus.HEALED);
  }

  @Test
  void whatBeganOneAfterAnotherIsNoStormHoweverLongItWaits() {
    engine = engine(Map.of("autonomy", "confirm")); // and nobody answers
    engine.open();
    for (String unit : List.of("a.service", "c.service", "d.service", "e.service", "f.service")) {
      broken.add(unit);
      passes(1500);
    }
    assertThat(types()).hasSize(5).doesNotContain(IssueType.HOST_SICK);
  }

  @Test
  void whatWasHandedOverCountsNoMoreAlsoAfterARestart() {
    engine.open();
    broken.addAll(Set.of("a.service", "c.service", "d.service"));
    passes(60);
    assertThat(status("a.service")).isEqualTo(IncidentStatus.ESCALATED);
    broken.addAll(Set.of("b.service"));
    passes(60);
    assertThat(status("b.service")).isEqualTo(IncidentStatus.HEALED);

    engine.close();
    engine = engine(Map.of());
    broken.addAll(Set.of("b.service"));
    engine.open();
    passes(60);
    assertThat(status("b.service")).isEqualTo(IncidentStatus.HEALED);
    assertThat(types()).doesNotContain(IssueType.HOST_SICK);
  }

  @Test
  void whatSomebodyAsksForIsDoneAllTheSame() {
    engine.open();
    broken.addAll(Set.of("a.service", "b.service", "c.service", "d.service"));
    passes(10);
    var asked = engine.request(Given.issue(host.time().now(), "b.service"));
    passes(10);
    assertThat(asked.toCompletableFuture().join().outcome()).isEqualTo(Outcome.HEALED);
    assertThat(sick().closed()).as("three are left").isTrue();
  }

  @Test
  void whatNothingTreatsIsToldAndHoldsNothingUp() {
    engine.addListener(events::add);
    engine.open();
    unreachable.addAll(SITES);
    broken.addAll(Set.of("a.service", "b.service"));
    passes(60);
    assertThat(types()).doesNotContain(IssueType.HOST_SICK);
    assertThat(status("b.service")).isEqualTo(IncidentStatus.HEALED);
    assertThat(SITES).allMatch(site -> status(site) == IncidentStatus.ESCALATED);
    assertThat(toldForAHuman()).containsAll(SITES);
  }

  @Test
  void whatNothingTreatsIsNotHiddenByAStorm() {
    engine.addListener(events::add);
    engine.open();
    broken.addAll(Set.of("a.service", "b.service", "c.service", "d.service"));
    passes(10);
    assertThat(sick().closed()).isFalse();
    unreachable.addAll(SITES);
    passes(60);
    assertThat(sick().issue().description()).startsWith("4 unrelated");
    assertThat(engine.incidents())
        .filteredOn(incident -> SITES.containsAll(incident.issue().components()))
        .hasSize(5)
        .allSatisfy(incident -> assertThat(incident.cause()).isEmpty());
    assertThat(toldForAHuman()).containsAll(SITES);
    assertThat(engine.audit().history(10)).isEmpty();
  }

  @Test
  void whatMayNotBeTreatedHoldsNothingUp() {
    engine = engine(Map.of("autonomy", "observe"));
    engine.open();
    broken.addAll(Set.of("a.service", "b.service", "c.service", "d.service"));
    passes(60);
    assertThat(types()).hasSize(4).doesNotContain(IssueType.HOST_SICK);
  }

  private List<String> toldForAHuman() {
    return events.stream()
        .filter(event -> event.kind() == Event.Kind.ESCALATED)
        .flatMap(event -> event.incident().stream())
        .flatMap(incident -> incident.issue().components().stream())
        .toList();
  }
}
