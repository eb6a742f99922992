package dev.healing.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.ActionId;
import dev.healing.api.ActionReport;
import dev.healing.api.Detection;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.Metric;
import dev.healing.api.Receipt;
import dev.healing.api.Risk;
import dev.healing.testkit.TestHost;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What may not be done, or not without a person, holds up nothing else. */
class HeldUpTest {
  private static final String SWITCH = "switch.service";
  private static final String WEB = "web.service";

  private final TestHost host = new TestHost();

  private double sure = 0.95;

  /** What is broken; the first of them is mended first. */
  private final List<String> broken = new ArrayList<>();

  @AfterEach
  void end() {
    host.time().close();
  }

  /** What is treated, oldest first, where a switch explains why the service fails. */
  private List<String> treated(Map<String, Object> configuration) {
    HealingEngine engine =
        Given.engine(host, configuration)
            .add(Given.detector("services", this::look))
            .add(Given.action(Given.RESTART, Risk.LOW, execution -> mend()))
            .build();
    engine.open();
    new EngineDriver(host.time(), engine).run(Duration.ofSeconds(20));
    List<String> treated = new ArrayList<>();
    engine.audit().history(10).stream().map(Receipt::target).forEach(t -> treated.add(0, t));
    return treated;
  }

  private Detection look(HostState state) {
    return Detection.of(
        broken.stream()
            .map(unit -> Given.issue(state.at(), unit))
            .map(issue -> issue.components().contains(SWITCH) ? explaining(issue) : issue)
            .toList());
  }

  private Issue explaining(Issue issue) {
    return issue
        .telling(issue.description(), Map.of(Metric.BLAME_CONFIDENCE.toString(), sure))
        .explaining(List.of(WEB));
  }

  private ActionReport mend() {
    broken.remove(0);
    return ActionReport.done("mended");
  }

  @Test
  void itWaitsForWhatIsDoneAboutItsCause() {
    broken.addAll(List.of(SWITCH, WEB));
    assertThat(treated(Map.of())).containsExactly(SWITCH, WEB);
  }

  @Test
  void aGuessHoldsNobodyUp() {
    sure = 0.2;
    broken.addAll(List.of(WEB, SWITCH));
    assertThat(treated(Map.of())).first().isEqualTo(WEB);
  }

  @Test
  void aCauseThatMayNotBeTouchedHoldsNobodyUp() {
    broken.addAll(List.of(WEB, SWITCH));
    assertThat(treated(Map.of("protect", Map.of("units", List.of(SWITCH))))).containsExactly(WEB);
  }

  /** Else an operator who wants no restarts would have switched off all that comes after them. */
  @Test
  void whatMayNotBeUsedStandsInNobodysWay() {
    broken.add(WEB);
    HealingEngine engine =
        Given.engine(
                host, Map.of("actions", Map.of("restart_service", Map.of("autonomy", "observe"))))
            .add(Given.detector("services", this::look))
            .add(Given.action(Given.RESTART, Risk.LOW, execution -> mend()))
            .add(Given.action(ActionId.REPAIR_SERVICE, Risk.LOW, execution -> mend()))
            .build();
    engine.open();
    new EngineDriver(host.time(), engine).run(Duration.ofSeconds(20));
    assertThat(engine.audit().history(10))
        .extracting(Receipt::action)
        .containsExactly(ActionId.REPAIR_SERVICE);
    assertThat(engine.incidents().get(0).decision().orElseThrow().plan().rejected().toString())
        .contains("actions.restart_service.autonomy is observe");
  }
}
