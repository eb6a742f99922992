package dev.healing.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.ActionReport;
import dev.healing.api.Detection;
import dev.healing.api.HostException;
import dev.healing.api.Outcome;
import dev.healing.api.Risk;
import dev.healing.core.journal.Intent;
import dev.healing.spi.StateStore;
import dev.healing.testkit.Fault;
import dev.healing.testkit.Fault.Kind;
import dev.healing.testkit.Fault.Nature;
import dev.healing.testkit.SimulatedHost;
import dev.healing.testkit.StoreAround;
import dev.healing.testkit.TestHost;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class OffSwitchTest {
  private final TestHost host = new TestHost();
  private final OffSwitch offSwitch = new OffSwitch(host.state(), host.time());

  @Test
  void isOffUntilSomebodyPauses() {
    assertThat(offSwitch.paused()).isEmpty();
    offSwitch.pause(Optional.empty());
    host.time().advance(Duration.ofDays(365));
    assertThat(offSwitch.paused()).contains("paused until resumed");
    offSwitch.resume();
    assertThat(offSwitch.paused()).isEmpty();
    offSwitch.resume();
  }

  @Test
  void endsByItselfAndNotBefore() {
    host.time().advance(Duration.ofMillis(700));
    offSwitch.pause(Optional.of(Duration.ofMinutes(10)));
    host.time().advance(Duration.ofMinutes(10).minusMillis(1));
    assertThat(offSwitch.paused().orElseThrow()).startsWith("paused until 2026-01-01T00:10");
    host.time().advance(Duration.ofSeconds(1));
    assertThat(offSwitch.paused()).isEmpty();
  }

  @Test
  void withinOneBootNoClockEndsItSoonerOrLater() {
    offSwitch.pause(Optional.of(Duration.ofHours(1)));
    host.time().jumpWall(Duration.ofDays(400));
    host.time().advance(Duration.ofHours(1).minusMillis(1));
    assertThat(offSwitch.paused())
        .contains("paused until 2026-01-01T01:00:00Z by the clock as it was then");
    host.time().jumpWall(Duration.ofDays(-800));
    assertThat(offSwitch.paused()).contains("paused until 2026-01-01T01:00:00Z");
    host.time().advance(Duration.ofMillis(1));
    assertThat(offSwitch.paused()).isEmpty();
  }

  @Test
  void inAnotherBootTheWallClockCounts() {
    offSwitch.pause(Optional.of(Duration.ofHours(1)));
    host.time().reboot(Duration.ofMinutes(30));
    host.time().advance(Duration.ofMinutes(29));
    assertThat(offSwitch.paused()).contains("paused until 2026-01-01T01:00:00Z");
    host.time().advance(Duration.ofMinutes(1));
    assertThat(offSwitch.paused()).isEmpty();
  }

  @Test
  void tellsPeopleTheInstantFirst() {
    offSwitch.pause(Optional.of(Duration.ofHours(1)));
    assertThat(host.state().readPlain(OffSwitch.FILE).orElseThrow().lines())
        .containsExactly("2026-01-01T01:00:00Z", host.time().bootId() + " PT1H10S");
  }

  @Test
  void aPauseMayBeLongerThanAnyUptime() {
    offSwitch.pause(Optional.of(Duration.ofDays(365_000)));
    host.time().advance(Duration.ofDays(10_000));
    assertThat(offSwitch.paused()).isPresent();
  }

  @Test
  void anyFileThatIsNoInstantMeansPaused() {
    String boot = host.time().bootId();
    for (String content :
        List.of(
            "",
            "\n",
            "tomorrow",
            "2026-13-01T00:00:00Z",
            "0",
            "false",
            "2025-01-01T00:00:00Z or later",
            "2025-01-01T00:00:00Z\nby me",
            "2025-01-01T00:00:00Z\n" + boot + " PTA",
            "2025-01-01T00:00:00Z\n" + boot + " PT1S\nand so on")) {
      host.state().writePlain(OffSwitch.FILE, content);
      assertThat(offSwitch.paused()).as("'" + content + "'").contains("paused until resumed");
    }
  }

  @Test
  void anInstantByHandIsUnderstood() {
    host.state().writePlain(OffSwitch.FILE, " 2026-01-01T01:00:00Z \n");
    assertThat(offSwitch.paused()).contains("paused until 2026-01-01T01:00:00Z");
  }

  @Test
  void whatCannotBeReadMeansPaused() {
    StateStore broken =
        new StoreAround(host.state()) {
          @Override
          public boolean exists(String file) {
            throw new HostException(file + ": Input/output error");
          }
        };
    assertThat(new OffSwitch(broken, host.time()).paused().orElseThrow())
        .contains("cannot be read", "Input/output error");
  }

  @Test
  void whatIsSetAfterTheLastJudgementIsSeenBeforeTheActionStarts() {
    boolean[] executed = {false};
    HealingEngine engine =
        Given.engine(host, Map.of())
            .add(
                Given.detector(
                    "services",
                    state -> Detection.of(List.of(Given.issue(state.at(), "web.service")))))
            .add(
                Given.action(
                    Given.RESTART,
                    Risk.LOW,
                    execution -> {
                      executed[0] = true;
                      return ActionReport.done("restarted");
                    }))
            .build();
    engine.open();
    for (int turn = 0; turn < 100 && journalled(engine).isEmpty(); turn++) {
      host.time().runReady();
      engine.turn();
    }
    assertThat(journalled(engine)).hasSize(1);

    offSwitch.pause(Optional.empty());
    new EngineDriver(host.time(), engine).run(Duration.ofSeconds(5));

    assertThat(executed[0]).isFalse();
    assertThat(engine.audit().history(5))
        .singleElement()
        .satisfies(r -> assertThat(r.outcome()).isEqualTo(Outcome.NOT_ATTEMPTED))
        .satisfies(r -> assertThat(r.detail()).contains("paused until resumed"));
    host.time().close();
  }

  /** A story: a service fails, a person pauses for an hour, and the clock jumps ahead. */
  @Test
  void aClockThatJumpsAheadStartsNoActionDuringATimedPause() {
    SimulatedHost host =
        new SimulatedHost("web.service")
            .fault(Fault.of(Kind.CRASH, "web.service", Duration.ofMinutes(5), Nature.HELPS));
    Simulation simulation = new Simulation(host, Map.of(), Optional.empty());
    simulation.engine().loop().offSwitch().pause(Optional.of(Duration.ofHours(1)));
    simulation.run(Duration.ofMinutes(10));
    host.time().jumpWall(Duration.ofHours(2));
    simulation.run(Duration.ofMinutes(20));
    simulation.restart();
    simulation.run(Duration.ofMinutes(29));
    assertThat(host.deeds()).isEmpty();

    simulation.run(Duration.ofMinutes(2));
    assertThat(host.deeds()).hasSize(1);
  }

  /** The intents that were acted on and have no receipt yet. */
  private static Collection<Intent> journalled(HealingEngine engine) {
    return engine.loop().chronicle().journal().open();
  }
}
