package dev.healing.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.ActionReport;
import dev.healing.api.Detection;
import dev.healing.api.HostException;
import dev.healing.api.Outcome;
import dev.healing.api.Risk;
import dev.healing.spi.StateStore;
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
  void anyFileThatIsNoInstantMeansPaused() {
    for (String content : List.of("", "\n", "tomorrow", "2026-13-01T00:00:00Z", "0", "false")) {
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

  /** The intents that were acted on and have no receipt yet. */
  private static Collection<Intent> journalled(HealingEngine engine) {
    return engine.loop().chronicle().journal().open();
  }
}
