package dev.healing.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.ActionDescription;
import dev.healing.api.ActionReport;
import dev.healing.api.Detection;
import dev.healing.api.HostState;
import dev.healing.api.IncidentStatus;
import dev.healing.api.Issue;
import dev.healing.api.Metric;
import dev.healing.api.Outcome;
import dev.healing.api.Preview;
import dev.healing.api.Reading;
import dev.healing.api.Receipt;
import dev.healing.api.RefusedException;
import dev.healing.api.Risk;
import dev.healing.api.Sample;
import dev.healing.api.UnitState;
import dev.healing.spi.Execution;
import dev.healing.spi.HealingAction;
import dev.healing.spi.PreparedAction;
import dev.healing.testkit.TestHost;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What an action refuses holds for what it was said of, and is not asked all the time. */
class RefusalsTest {
  private static final String WEB = "web.service";
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final TestHost host = new TestHost();

  /** What the unit has been, one after the other: each with a start of its own. */
  private final List<String> states = new ArrayList<>(List.of("active"));

  private boolean answers = true;
  private boolean flaps;
  private int asked;
  private int looks;
  private String tooLate = "";
  private final HealingEngine engine = engine();
  private final EngineDriver driver = new EngineDriver(host.time(), engine);

  @AfterEach
  void end() {
    host.time().close();
  }

  private HealingEngine engine() {
    HealingEngine made =
        Given.engine(host, Map.of("limits", Map.of("cooldown", "1s", "patience", "0s")))
            .add(Given.sampler("units", this::read))
            .add(Given.detector("probe", this::probe))
            .add(new Given.Actions("restart_service", new Restart()))
            .build();
    made.open();
    return made;
  }

  private Reading read() {
    String now = states.get(states.size() - 1);
    UnitState unit =
        new UnitState(
            WEB,
            "loaded",
            now,
            now,
            "",
            "simple",
            OptionalLong.empty(),
            "start " + states.size(),
            Optional.empty(),
            Set.of());
    Sample health = new Sample(Metric.HEALTH, 90, host.time().now());
    return new Reading(List.of(health), List.of(unit), List.of());
  }

  private Detection probe(HostState state) {
    looks++;
    boolean well = answers && state.units().get(WEB).active() || flaps && looks % 2 == 0;
    return well ? Detection.NOTHING : Detection.of(List.of(Given.issue(state.at(), WEB)));
  }

  /** As restart_service: what somebody has stopped it does not start. */
  private final class Restart implements HealingAction {
    @Override
    public ActionDescription description() {
      return Given.description(Given.RESTART, Risk.LOW);
    }

    @Override
    public PreparedAction prepare(Issue issue, HostState state) {
      asked++;
      if (!state.units().get(WEB).active()) {
        throw new RefusedException("web.service was stopped");
      }
      return new PreparedAction() {
        @Override
        public Preview preview() {
          return Given.preview(WEB);
        }

        @Override
        public ActionReport execute(Execution execution) {
          if (!tooLate.isEmpty()) {
            String why = tooLate;
            tooLate = why.equals("once") ? "" : why;
            return ActionReport.refused("web.service is not what it was for the preview");
          }
          answers = true;
          return ActionReport.done("restarted");
        }
      };
    }
  }

  private void run(Duration duration) {
    driver.run(duration);
  }

  private String note() {
    return engine.incidents().get(0).note();
  }

  private List<Outcome> outcomes() {
    return engine.audit().history(100).stream().map(Receipt::outcome).toList();
  }

  @Test
  void itIsNotAskedAgainAboutTheSame() {
    states.add("inactive");
    run(Duration.ofSeconds(25));
    assertThat(asked).isEqualTo(1);
    assertThat(note()).contains("web.service was stopped");
    run(Duration.ofSeconds(10));
    assertThat(asked).isEqualTo(2);
  }

  @Test
  void itEndsWithItsIncident() {
    states.add("inactive");
    run(SECOND.multipliedBy(3));
    states.add("active");
    run(SECOND.multipliedBy(3));
    assertThat(engine.incidents().get(0).status()).isEqualTo(IncidentStatus.SELF_RECOVERED);
    answers = false;
    run(SECOND.multipliedBy(4));
    assertThat(outcomes()).containsExactly(Outcome.HEALED);
  }

  @Test
  void itEndsWhenItsUnitIsAnother() {
    answers = false;
    states.add("inactive");
    run(SECOND.multipliedBy(3));
    assertThat(note()).contains("web.service was stopped");
    states.add("active");
    run(SECOND.multipliedBy(4));
    assertThat(outcomes()).containsExactly(Outcome.HEALED);
  }

  @Test
  void whoComesTooLateLooksAgainAtOnce() {
    tooLate = "once";
    answers = false;
    run(SECOND.multipliedBy(4));
    assertThat(outcomes()).containsExactly(Outcome.HEALED, Outcome.NOT_ATTEMPTED);
  }

  @Test
  void whoAlwaysComesTooLateRests() {
    tooLate = "always";
    answers = false;
    run(Duration.ofSeconds(25));
    assertThat(asked).isEqualTo(3);
    assertThat(note()).contains("3 times in a row", "not what it was for the preview");
    run(Duration.ofSeconds(10));
    assertThat(asked).as("and begins anew").isEqualTo(6);
  }

  /** To work it out may be a walk through a disk. */
  @Test
  void whatComesAndGoesIsNotAskedAboutEachTime() {
    flaps = true;
    states.add("inactive");
    run(Duration.ofSeconds(25));
    assertThat(engine.incidents()).hasSizeGreaterThan(10);
    assertThat(asked).isEqualTo(3);
  }

  @Test
  void norWhatIsAnotherAtEachLook() {
    for (int second = 0; second < 25; second++) {
      states.add("failed");
      run(SECOND);
    }
    assertThat(asked).isEqualTo(3);
  }
}
