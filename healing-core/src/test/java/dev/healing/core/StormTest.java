package dev.healing.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.ActionReport;
import dev.healing.api.Detection;
import dev.healing.api.Event;
import dev.healing.api.Incident;
import dev.healing.api.IncidentStatus;
import dev.healing.api.IssueType;
import dev.healing.api.Outcome;
import dev.healing.api.Risk;
import dev.healing.testkit.TestHost;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Too much at once is one incident, for a person. */
class StormTest {
  private final TestHost host = new TestHost();
  private final Set<String> broken = new TreeSet<>();
  private final List<Event> events = new ArrayList<>();
  private final HealingEngine engine =
      Given.engine(host, Map.of("limits", Map.of("storm", 4, "health-floor", 0, "cooldown", "0s")))
          .add(
              Given.detector(
                  "services",
                  state ->
                      Detection.of(
                          broken.stream().map(unit -> Given.issue(state.at(), unit)).toList())))
          .add(
              Given.action(
                  Given.RESTART,
                  Risk.LOW,
                  execution -> {
                    broken.remove("b.service");
                    return ActionReport.done("restarted");
                  }))
          .build();

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

    passes(3600);
    assertThat(sick().id()).as("it is one, however long it lasts").isEqualTo(storm.id());

    broken.removeAll(Set.of("c.service", "d.service"));
    passes(60);
    assertThat(sick().closed()).isTrue();
    assertThat(engine.audit().history(10))
        .isNotEmpty()
        .anyMatch(receipt -> receipt.outcome() == Outcome.HEALED);
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
}
