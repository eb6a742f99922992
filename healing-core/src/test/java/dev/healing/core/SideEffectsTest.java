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
import dev.healing.api.Severity;
import dev.healing.api.UnitState;
import dev.healing.core.journal.Json;
import dev.healing.spi.Execution;
import dev.healing.testkit.HostStates;
import dev.healing.testkit.TestHost;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * What begins while an action is under way or settles is told with it, and in what circumstances it
 * was decided. The action takes a second and settles for one, and looks are a second apart.
 */
class SideEffectsTest {
  private static final String WEB = "web.service";
  private static final String OTHER = "worker.service";
  private static final String APP = "app.service";
  private static final String APACHE = "apache.service";
  private static final String LONG = "var-lib-" + "x".repeat(120) + ".service";

  private final TestHost host = new TestHost();
  private final Set<String> broken = new TreeSet<>();
  private double load = 0.25;
  private boolean sick;
  private boolean down;
  private Optional<Instant> failedAt = Optional.empty();
  private HealingEngine engine;

  @AfterEach
  void end() {
    host.time().close();
  }

  private HealingEngine engine(Consumer<Execution> effect) {
    return Given.engine(host, Map.of("limits", Map.of("cooldown", "10m", "patience", "0s")))
        .add(Given.sampler("units", this::read))
        .add(Given.detector("services", this::failed))
        .add(
            Given.action(
                Given.RESTART,
                Risk.LOW,
                execution -> {
                  effect.accept(execution);
                  return ActionReport.done("done");
                }))
        .build();
  }

  private Reading read() {
    HostState now =
        HostStates.at(host.time().now())
            .service(APP, broken.contains(APP), WEB)
            .unit(other())
            .service(APACHE, broken.contains(APACHE))
            .service(LONG, broken.contains(LONG))
            .service(WEB, broken.contains(WEB))
            .build();
    return new Reading(
        List.of(
            new Sample(Metric.HEALTH, 90, now.at()),
            new Sample(Metric.LOAD, load, now.at()),
            new Sample(Metric.GENERATION, 42, now.at())),
        List.copyOf(now.units().values()),
        List.of());
  }

  private UnitState other() {
    boolean failed = broken.contains(OTHER);
    return new UnitState(
        OTHER,
        "loaded",
        failed ? "failed" : down ? "inactive" : "active",
        failed ? "failed" : down ? "dead" : "running",
        "",
        "simple",
        OptionalLong.empty(),
        "",
        failedAt,
        Set.of());
  }

  private Detection failed(HostState state) {
    return Detection.of(
        state.units().values().stream()
            .filter(unit -> unit.failed() || sick && unit.name().equals(OTHER))
            .map(
                unit ->
                    Given.issue(
                        state.at(),
                        unit.name().equals(WEB) ? Severity.HIGH : Severity.MEDIUM,
                        unit.name()))
            .toList());
  }

  /** What came of the first restart of the web server, in which this happens. */
  private Receipt restarted(Consumer<Execution> effect) {
    engine = engine(effect);
    engine.open();
    broken.add(WEB);
    new EngineDriver(host.time(), engine).run(Duration.ofSeconds(20));
    return first(WEB);
  }

  private Receipt first(String target) {
    return engine.audit().history(20).stream()
        .filter(receipt -> receipt.target().equals(target))
        .reduce((newer, older) -> older)
        .orElseThrow();
  }

  @Test
  void whatBeginsWhileItSettlesIsItsSideEffect() {
    Receipt receipt =
        restarted(
            execution -> {
              load = 3;
              broken.remove(WEB);
              broken.add(OTHER);
            });
    assertThat(receipt.outcome()).isEqualTo(Outcome.HEALED);
    assertThat(receipt.sideEffects()).containsExactly("service_failed worker.service");
    assertThat(receipt.circumstances())
        .as("of when it was decided")
        .isEqualTo(Map.of("load.per_cpu", 0.25, "generation.number", 42.0));
  }

  @Test
  void alsoIfNothingWasHealedAndTheLookThatTellsSoIsTheFirstToTellOfIt() {
    Receipt receipt = restarted(execution -> broken.add(OTHER));
    assertThat(receipt.outcome()).isEqualTo(Outcome.UNCHANGED);
    assertThat(receipt.sideEffects()).containsExactly("service_failed worker.service");
  }

  @Test
  void whatPassesBeforeItIsOverHasBegunAsWell() {
    Receipt receipt =
        restarted(
            execution -> {
              broken.add(OTHER);
              execution.pause(Duration.ofSeconds(5));
              broken.clear();
              execution.pause(Duration.ofSeconds(5));
            });
    assertThat(receipt.sideEffects()).containsExactly("service_failed worker.service");
  }

  @Test
  void whatWasThereBeforeIsNone() {
    broken.add(OTHER);
    Receipt receipt = restarted(execution -> broken.remove(WEB));
    assertThat(receipt.outcome()).isEqualTo(Outcome.HEALED);
    assertThat(receipt.sideEffects()).isEmpty();
  }

  /** Between the look that decided and the one that sees it lies the start of the action. */
  @Test
  void norIsWhatHadFailedBeforeAndIsSeenOnlyNow() {
    failedAt = Optional.of(host.time().now().minusMillis(5));
    Receipt receipt =
        restarted(
            execution -> {
              broken.remove(WEB);
              broken.add(OTHER);
            });
    assertThat(receipt.startedAt().orElseThrow()).isAfter(failedAt.orElseThrow());
    assertThat(receipt.sideEffects()).isEmpty();
  }

  @Test
  void whatIsUpMayBeSickSinceALaterTime() {
    failedAt = Optional.of(host.time().now().minusSeconds(3_600));
    Receipt receipt =
        restarted(
            execution -> {
              broken.remove(WEB);
              sick = true;
            });
    assertThat(receipt.sideEffects()).containsExactly("service_failed worker.service");
  }

  /** Such as a job for it that is stuck. */
  @Test
  void whatIsOnlyDownMayBeSickSinceALaterTimeToo() {
    down = true;
    whatIsUpMayBeSickSinceALaterTime();
  }

  /** Nobody can know which of the two it was. */
  @Test
  void ofTwoThatAreUnderWayAtOnceEitherMayBeTheCause() {
    broken.add(APACHE);
    Receipt receipt =
        restarted(
            execution -> {
              execution.pause(Duration.ofSeconds(3));
              broken.add(OTHER);
              broken.removeAll(List.of(WEB, APACHE));
            });
    assertThat(receipt.sideEffects())
        .containsExactly("service_failed worker.service (or by restart_service apache.service)");
    assertThat(first(APACHE).sideEffects())
        .containsExactly("service_failed worker.service (or by restart_service web.service)");
  }

  /** Only where another has to be named beside it there is less room. */
  @Test
  void aLongNameIsToldAsAWhole() {
    Receipt receipt =
        restarted(
            execution -> {
              broken.add(LONG);
              broken.remove(WEB);
            });
    assertThat(receipt.sideEffects()).containsExactly("service_failed " + LONG);
  }

  /** What was started when it was there already did not begin it. */
  @Test
  void whatIsStartedAfterwardsIsNotTheCause() {
    Receipt receipt =
        restarted(
            execution -> {
              if (broken.add(OTHER)) {
                execution.pause(Duration.ofSeconds(5)); // and that one is restarted meanwhile
              }
              broken.clear();
            });
    assertThat(receipt.sideEffects()).containsExactly("service_failed worker.service");
    assertThat(first(OTHER).sideEffects()).isEmpty();
  }

  @Test
  void aSymptomOfTheSameProblemIsNone() {
    Receipt receipt = restarted(execution -> broken.add(APP));
    assertThat(receipt.outcome()).isEqualTo(Outcome.UNCHANGED);
    assertThat(receipt.sideEffects()).isEmpty();
  }

  @Test
  void aCrashInBetweenTellsNothingOfItAndKeepsTheCircumstances() {
    HealingEngine engine = engine(execution -> execution.pause(Duration.ofSeconds(3_600)));
    engine.open();
    broken.add(WEB);
    new EngineDriver(host.time(), engine).run(Duration.ofSeconds(5));
    broken.add(OTHER);
    host.time().advance(Duration.ofSeconds(30));
    Receipt receipt = restarted(execution -> broken.clear());
    assertThat(receipt.outcome()).isEqualTo(Outcome.AMBIGUOUS);
    assertThat(receipt.sideEffects()).isEmpty();
    assertThat(receipt.circumstances()).containsEntry("load.per_cpu", 0.25);
  }

  @Test
  void aReceiptOfBeforeTheyWereKeptHasNone() {
    Receipt receipt = restarted(execution -> broken.add(OTHER));
    var line = EngineJson.receipt(receipt);
    assertThat(EngineJson.receipt(Json.parse(line.toString()))).isEqualTo(receipt);
    line.remove(List.of("circumstances", "sideEffects"));
    Receipt old = EngineJson.receipt(line);
    assertThat(old.circumstances()).isEmpty();
    assertThat(old.sideEffects()).isEmpty();
  }
}
