package dev.healing.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.ActionReport;
import dev.healing.api.Detection;
import dev.healing.api.IncidentStatus;
import dev.healing.api.Outcome;
import dev.healing.api.Receipt;
import dev.healing.api.Risk;
import dev.healing.core.journal.Journal;
import dev.healing.spi.Execution;
import dev.healing.testkit.TestHost;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What was tried often enough is approved after a restart: an attempt at the same incident, and
 * another one.
 */
class ApprovedAfterARestartTest {
  private static final String UNIT = "web.service";
  private static final int BEFORE = 3;

  private final TestHost host = new TestHost();
  private boolean broken = true;
  private boolean hangs;
  private HealingEngine engine;

  @BeforeEach
  void isHandedOver() {
    engine = opened();
    runs(Duration.ofMinutes(1));
    assertThat(engine.audit().history(10)).hasSize(BEFORE);
    restarts();
    runs(Duration.ofSeconds(5));
  }

  @AfterEach
  void end() {
    host.time().close();
  }

  private HealingEngine opened() {
    HealingEngine opened =
        Given.engine(host, Map.of("limits", Map.of("cooldown", "0s", "attempts", BEFORE)))
            .add(Given.detector("services", state -> broken ? found() : Detection.NOTHING))
            .add(Given.action(Given.RESTART, Risk.LOW, this::restart))
            .build();
    opened.open();
    return opened;
  }

  private Detection found() {
    return Detection.of(List.of(Given.issue(host.time().now(), UNIT)));
  }

  private ActionReport restart(Execution execution) {
    if (hangs) {
      execution.pause(Duration.ofSeconds(30));
    }
    return ActionReport.done("restarted");
  }

  private void runs(Duration duration) {
    new EngineDriver(host.time(), engine).run(duration);
  }

  /** It is killed, and another begins. */
  private void restarts() {
    host.time().killTasks();
    host.state().restart();
    engine = opened();
  }

  private void approved() {
    engine.approve(engine.incidents().get(0).confirmation().orElseThrow());
    runs(Duration.ofSeconds(5));
  }

  private List<String> ids() {
    return engine.audit().history(10).stream().map(Receipt::id).toList();
  }

  @Test
  void theNextAttemptHasTheNextNumber() {
    approved();
    assertThat(ids()).hasSize(BEFORE + 1).doesNotHaveDuplicates();
    assertThat(ids().get(0)).endsWith("." + (BEFORE + 1));
  }

  @Test
  void whatWasUnderWayAtACrashIsLookedAtAndNotTakenForAnEarlierAttempt() {
    hangs = true;
    approved();
    assertThat(ids()).as("it runs").hasSize(BEFORE);
    restarts();
    broken = false;
    runs(Duration.ofSeconds(10));
    assertThat(ids()).hasSize(BEFORE + 1).doesNotHaveDuplicates();
    assertThat(engine.audit().history(1).get(0).outcome()).isEqualTo(Outcome.AMBIGUOUS);
  }

  /** As where a detector gives what it reports the instant at which it began. */
  @Test
  void aReceiptFromBeforeTheIntentIsNotItsOwn() {
    Receipt earlier = engine.audit().history(1).get(0);
    Journal journal = new Journal(host.state(), host.time());
    journal.add(Given.intent(earlier.id(), host.time().now(), Given.RESTART, UNIT));
    journal.commit();
    restarts();
    assertThat(engine.incidents())
        .anySatisfy(
            incident -> {
              assertThat(incident.id()).isEqualTo(earlier.incident());
              assertThat(incident.status()).isEqualTo(IncidentStatus.VALIDATING);
            });
  }
}
