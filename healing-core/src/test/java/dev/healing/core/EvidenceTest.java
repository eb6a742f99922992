package dev.healing.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.ActionReport;
import dev.healing.api.Detection;
import dev.healing.api.HostState;
import dev.healing.api.Metric;
import dev.healing.api.Outcome;
import dev.healing.api.Reading;
import dev.healing.api.Receipt;
import dev.healing.api.Risk;
import dev.healing.api.Sample;
import dev.healing.api.Unreadable;
import dev.healing.testkit.TestHost;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What somebody asks for is looked at before anything is done, and claimed only if it was seen. */
class EvidenceTest {
  private static final String WEB = "web.service";

  private final TestHost host = new TestHost();
  private final Set<String> broken = new TreeSet<>();
  private final List<String> done = new ArrayList<>();
  private boolean blind;
  private String unreadableName = WEB;
  private final HealingEngine engine =
      Given.engine(host, Map.of("interval", "1h"))
          .add(Given.detector("services", this::detect))
          .add(Given.action(Given.RESTART, Risk.LOW, execution -> mend()))
          .build();

  private Detection detect(HostState state) {
    return blind
        ? new Detection(List.of(), List.of(new Unreadable(unreadableName, "no permission")))
        : Detection.of(broken.stream().map(unit -> Given.issue(state.at(), unit)).toList());
  }

  private ActionReport mend() {
    done.add("mended");
    broken.clear();
    return ActionReport.done("mended");
  }

  @AfterEach
  void end() {
    host.time().close();
  }

  private Receipt receipt(CompletionStage<Receipt> asked) {
    new EngineDriver(host.time(), engine).run(Duration.ofSeconds(5));
    assertThat(asked).as("answered").isCompleted();
    return asked.toCompletableFuture().join();
  }

  private void opened() {
    engine.open();
    new EngineDriver(host.time(), engine).run(Duration.ofSeconds(5));
  }

  @Test
  void whatAPersonAsksForIsDoneIfItIsThere() {
    opened();
    broken.add(WEB); // nobody has looked since
    Receipt receipt = receipt(engine.request(Given.issue(host.time().now(), WEB)));
    assertThat(receipt.outcome()).isEqualTo(Outcome.HEALED);
  }

  @Test
  void whatAPersonAsksForIsNotDoneIfItIsNotThere() {
    opened();
    Receipt receipt = receipt(engine.request(Given.issue(host.time().now(), WEB)));
    assertThat(receipt.outcome()).isEqualTo(Outcome.NOT_ATTEMPTED);
    assertThat(receipt.detail()).contains("services", "does not report it");
    assertThat(done).isEmpty();
    assertThat(engine.incidents()).allMatch(incident -> incident.closed());
  }

  @Test
  void whatAPersonAsksForIsNotDoneWhileNobodyCanTell() {
    opened();
    blind = true;
    Receipt receipt = receipt(engine.request(Given.issue(host.time().now(), WEB)));
    assertThat(receipt.outcome()).isEqualTo(Outcome.NOT_ATTEMPTED);
    assertThat(receipt.detail()).contains("nobody can tell", "services");
    assertThat(done).isEmpty();
  }

  @Test
  void whatAProgramHasFoundIsDoneButNotClaimedIfNoDetectorSawIt() {
    opened();
    Receipt receipt = receipt(engine.heal(Given.issue(host.time().now(), WEB)));
    assertThat(done).hasSize(1);
    assertThat(receipt.outcome()).isEqualTo(Outcome.AMBIGUOUS);
  }

  @Test
  void whatAProgramHasFoundIsClaimedIfADetectorSawItToo() {
    opened();
    broken.add(WEB);
    Receipt receipt = receipt(engine.heal(Given.issue(host.time().now(), WEB)));
    assertThat(receipt.outcome()).isEqualTo(Outcome.HEALED);
  }

  /** The sampler ends as soon as the action was done. */
  private Receipt afterItsSamplerFailed(Reading given, Consumer<HostState> asks) {
    HealingEngine measured =
        Given.engine(host, Map.of("limits", Map.of("health-floor", 0)))
            .add(
                Given.sampler(
                    "measuring",
                    () -> {
                      if (!done.isEmpty()) {
                        throw new IllegalStateException("did not answer");
                      }
                      return given;
                    }))
            .add(
                Given.detector(
                    "services",
                    state -> {
                      asks.accept(state);
                      return detect(state);
                    }))
            .add(Given.action(Given.RESTART, Risk.LOW, execution -> mend()))
            .build();
    measured.open();
    broken.add(WEB);
    new EngineDriver(host.time(), measured).run(Duration.ofMinutes(1));
    assertThat(measured.audit().history(5)).hasSize(1);
    return measured.audit().history(5).get(0);
  }

  private static final Metric TEMPERATURE = Metric.of("room.celsius", "hall");

  private Reading temperature() {
    return new Reading(
        List.of(new Sample(TEMPERATURE, 20, host.time().now())), List.of(), List.of());
  }

  @Test
  void whatASamplerDidNotMeasureIsNotTakenForWell() {
    Receipt receipt =
        afterItsSamplerFailed(temperature(), state -> state.sample(TEMPERATURE).isPresent());
    assertThat(receipt.outcome()).isEqualTo(Outcome.AMBIGUOUS);
  }

  @Test
  void whatWasMeasuredEarlierIsNotTakenForWell() {
    Receipt receipt = afterItsSamplerFailed(temperature(), state -> state.recent(TEMPERATURE, 3));
    assertThat(receipt.outcome()).isEqualTo(Outcome.AMBIGUOUS);
  }

  @Test
  void whatIsNotAmongThoseThatWereMeasuredIsNotTakenForWell() {
    Receipt receipt =
        afterItsSamplerFailed(temperature(), state -> state.components(TEMPERATURE.name()));
    assertThat(receipt.outcome()).isEqualTo(Outcome.AMBIGUOUS);
  }

  @Test
  void unitsOfWhichNobodyToldAreNotTakenForWell() {
    host.systemd().service(WEB);
    Reading units = new Reading(List.of(), host.systemd().unit(WEB).stream().toList(), List.of());
    Receipt receipt = afterItsSamplerFailed(units, HostState::units);
    assertThat(receipt.outcome()).isEqualTo(Outcome.AMBIGUOUS);
  }

  @Test
  void aSamplerThatNobodyAskedForBlindsNobody() {
    Receipt receipt =
        afterItsSamplerFailed(
            temperature(),
            state -> {
              state.units();
              state.sample(Metric.MEMORY_USED);
            });
    assertThat(receipt.outcome()).isEqualTo(Outcome.HEALED);
  }

  @Test
  void ofASamplerThatNeverGaveAnythingNobodyKnowsWhatIsMissing() {
    Reading nothing = new Reading(List.of(), List.of(), List.of());
    Receipt receipt = afterItsSamplerFailed(nothing, state -> state.sample(Metric.MEMORY_USED));
    assertThat(receipt.outcome()).isEqualTo(Outcome.AMBIGUOUS);
  }

  @Test
  void whatADetectorCannotNameIsNotTakenForAbsent() {
    opened();
    blind = true;
    unreadableName = "systemd";
    Receipt receipt = receipt(engine.request(Given.issue(host.time().now(), WEB)));
    assertThat(receipt.detail()).contains("nobody can tell", "services");
  }
}
