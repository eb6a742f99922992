package dev.healing.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.ActionReport;
import dev.healing.api.Detection;
import dev.healing.api.HostState;
import dev.healing.api.IncidentStatus;
import dev.healing.api.Issue;
import dev.healing.api.Outcome;
import dev.healing.api.Receipt;
import dev.healing.api.Risk;
import dev.healing.api.Severity;
import dev.healing.spi.Execution;
import dev.healing.testkit.TestHost;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A detector that asks every ten seconds, and in between tells what it was told last. */
class OldEvidenceTest {
  private static final String WEB = "web.service";
  private static final Duration EVERY = Duration.ofSeconds(10);

  private final TestHost host = new TestHost();
  private final List<Instant> restarts = new ArrayList<>();
  private boolean broken = true;
  private boolean asks = true;
  private boolean wasBroken;
  private Instant askedAt = Instant.MIN;
  private boolean restartHelps = true;

  private final HealingEngine engine =
      Given.engine(
              host, Map.of("limits", Map.of("cooldown", "0s", "health-floor", 0, "attempts", 100)))
          .add(Given.detector("seldom", this::detect))
          .add(Given.action(Given.RESTART, Risk.LOW, execution -> restart()))
          .build();

  private Detection detect(HostState state) {
    if (asks && !state.at().isBefore(askedAt.plus(EVERY))) {
      askedAt = state.at();
      wasBroken = broken;
    }
    return wasBroken
        ? Detection.of(List.of(Given.issue(askedAt, WEB)))
        : Detection.nothingSince(Duration.between(askedAt, state.at()));
  }

  private ActionReport seemsToHelp(Execution execution) {
    restarts.add(host.time().now());
    broken = false;
    execution.pause(EVERY.plusSeconds(2));
    broken = true;
    return ActionReport.done("restarted");
  }

  /** The detector asks while it runs, and the next time ten seconds later. */
  @Test
  void thatItWasWellWhileTheActionRanProvesNothing() {
    HealingEngine deceived =
        Given.engine(host, Map.of("limits", Map.of("health-floor", 0, "attempts", 1)))
            .add(Given.detector("seldom", this::detect))
            .add(Given.action(Given.RESTART, Risk.LOW, this::seemsToHelp))
            .build();
    askedAt = host.time().now().minus(EVERY);
    deceived.open();
    new EngineDriver(host.time(), deceived).run(Duration.ofSeconds(40));
    assertThat(deceived.audit().history(10))
        .extracting(Receipt::outcome)
        .containsExactly(Outcome.UNCHANGED);
  }

  private ActionReport restart() {
    restarts.add(host.time().now());
    broken = !restartHelps;
    return ActionReport.done("restarted");
  }

  private void run(Duration duration) {
    new EngineDriver(host.time(), engine).run(duration);
  }

  private void open() {
    askedAt = host.time().now().minus(EVERY);
    engine.open();
  }

  private List<Outcome> outcomes() {
    return engine.audit().history(10).stream().map(Receipt::outcome).toList();
  }

  @AfterEach
  void end() {
    host.time().close();
  }

  @Test
  void anActionIsJudgedByWhatWasAskedAfterIt() {
    open();
    run(EVERY.minusSeconds(1));
    assertThat(restarts).hasSize(1);
    assertThat(outcomes()).as("while nobody has asked anew").isEmpty();
    run(Duration.ofSeconds(3));
    assertThat(outcomes()).containsExactly(Outcome.HEALED);
    assertThat(engine.incidents().get(0).status()).isEqualTo(IncidentStatus.HEALED);
  }

  @Test
  void anotherAttemptWaitsForAnotherAnswer() {
    restartHelps = false;
    open();
    run(Duration.ofSeconds(35));
    assertThat(outcomes()).isNotEmpty().containsOnly(Outcome.UNCHANGED);
    for (int i = 1; i < restarts.size(); i++) {
      assertThat(Duration.between(restarts.get(i - 1), restarts.get(i)))
          .isGreaterThanOrEqualTo(EVERY);
    }
  }

  @Test
  void whoNeverAsksAnewLeavesItUnknown() {
    open();
    run(Duration.ofSeconds(2));
    asks = false;
    run(Duration.ofMinutes(14));
    assertThat(outcomes()).isEmpty();
    run(Duration.ofMinutes(2));
    assertThat(outcomes()).containsExactly(Outcome.AMBIGUOUS);
    assertThat(restarts).as("nothing is done on what is old").hasSize(1);
    engine.heal(engine.incidents().get(0).id());
    run(Duration.ofMinutes(10));
    assertThat(restarts).as("nor on request").hasSize(1);
    run(Duration.ofMinutes(6));
    assertThat(restarts).as("unless there is nothing else to wait for").hasSize(2);
  }

  /** A plugin may put there whatever it likes, and harms nobody but itself. */
  @Test
  void anAbsurdInstantIsOnlyOld() {
    HealingEngine absurd =
        Given.engine(host, Map.of("limits", Map.of("health-floor", 0)))
            .add(Given.detector("absurd", s -> Detection.of(List.of(absurd()))))
            .add(Given.action(Given.RESTART, Risk.LOW, execution -> restart()))
            .build();
    absurd.open();
    new EngineDriver(host.time(), absurd).run(Duration.ofSeconds(5));
    assertThat(absurd.incidents()).hasSize(1);
    assertThat(absurd.status().looks()).isGreaterThan(3);
  }

  private static Issue absurd() {
    return Given.issue(Instant.ofEpochMilli(Long.MIN_VALUE), WEB);
  }

  @Test
  void ofTwoThatReportItTheWorseCounts() {
    HealingEngine both =
        Given.engine(host, Map.of())
            .add(Given.detector("severe", s -> one(s, Severity.CRITICAL)))
            .add(Given.detector("mild", s -> one(s, Severity.MEDIUM)))
            .build();
    both.open();
    new EngineDriver(host.time(), both).run(Duration.ofSeconds(5));
    assertThat(both.incidents())
        .singleElement()
        .extracting(i -> i.issue().severity())
        .isEqualTo(Severity.CRITICAL);
  }

  private static Detection one(HostState state, Severity severity) {
    Issue issue = Given.issue(state.at(), severity, WEB);
    return Detection.of(List.of(issue));
  }
}
