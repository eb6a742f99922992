package dev.healing.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.ActionReport;
import dev.healing.api.Detection;
import dev.healing.api.HealingException;
import dev.healing.api.HostState;
import dev.healing.api.Incident;
import dev.healing.api.IncidentStatus;
import dev.healing.api.Metric;
import dev.healing.api.Outcome;
import dev.healing.api.Reading;
import dev.healing.api.Receipt;
import dev.healing.api.Risk;
import dev.healing.api.Sample;
import dev.healing.api.UnitState;
import dev.healing.spi.Execution;
import dev.healing.spi.HealingAction;
import dev.healing.testkit.HostStates;
import dev.healing.testkit.TestHost;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Nothing is done on evidence that is older than the last action that may have changed it. Looks
 * take two seconds here, and tell how it was when they began.
 */
class FreshEvidenceTest {
  private static final String DATABASE = "db.service";
  private static final String WEB = "web.service";

  private final TestHost host = new TestHost();
  private final Set<String> broken = new TreeSet<>();

  @AfterEach
  void end() {
    host.time().close();
  }

  private HealingEngine engine(Function<Execution, ActionReport> effect) {
    return engine(effect, Map.of("limits", Map.of("cooldown", "0s")));
  }

  private HealingEngine engine(
      Function<Execution, ActionReport> effect, Map<String, ?> configuration) {
    HealingAction restart = new Given.Action(Given.description(Given.RESTART, Risk.LOW), effect);
    HealingEngine engine =
        Given.engine(host, configuration)
            .add(Given.sampler("units", this::slowly))
            .add(Given.detector("services", FreshEvidenceTest::failed))
            .add(new Given.Actions("restart_service", restart))
            .build();
    engine.open();
    return engine;
  }

  private Reading slowly() {
    HostState before =
        HostStates.at(host.time().now())
            .service(DATABASE, broken.contains(DATABASE))
            .service(WEB, broken.contains(WEB), DATABASE)
            .build();
    try {
      host.workers().sleep(Duration.ofSeconds(2));
    } catch (InterruptedException e) {
      throw new HealingException("interrupted while looking", e);
    }
    Sample health = new Sample(Metric.HEALTH, 90, before.at());
    return new Reading(List.of(health), List.copyOf(before.units().values()), List.of());
  }

  private static Detection failed(HostState state) {
    return Detection.of(
        state.units().values().stream()
            .filter(UnitState::failed)
            .map(unit -> Given.issue(state.at(), unit.name()))
            .toList());
  }

  private void run(HealingEngine engine, Duration duration) {
    new EngineDriver(host.time(), engine).run(duration);
  }

  @Test
  void aLookThatBeganBeforeTheActionEndedIsNoGroundForAnother() {
    AtomicInteger times = new AtomicInteger();
    HealingEngine engine =
        engine(
            execution -> {
              execution.pause(Duration.ofSeconds(1));
              times.incrementAndGet();
              broken.clear();
              return ActionReport.failed("it says so, and yet it has helped");
            });
    broken.add(WEB);
    run(engine, Duration.ofSeconds(20));

    assertThat(times).hasValue(1);
    assertThat(engine.audit().history(5)).extracting(Receipt::outcome).containsOnly(Outcome.FAILED);
    assertThat(engine.incidents())
        .singleElement()
        .satisfies(i -> assertThat(i.status()).isEqualTo(IncidentStatus.SELF_RECOVERED));
  }

  /** Neither a failure nor in vain, whatever is seen of it so far. */
  @Test
  void whatIsStillUnderWayIsNotKnown() {
    HealingEngine engine =
        engine(
            execution ->
                ActionReport.of(
                    ActionReport.Result.UNDER_WAY, "it still stops", Map.of(), Map.of()));
    broken.add(WEB);
    run(engine, Duration.ofSeconds(10));

    Receipt first = engine.audit().history(5).get(engine.audit().history(5).size() - 1);
    assertThat(first.outcome()).isEqualTo(Outcome.AMBIGUOUS);
    assertThat(first.detail()).contains("it still stops", "still under way");
  }

  private Incident about(HealingEngine engine, String unit) {
    return engine.incidents().stream()
        .filter(incident -> incident.issue().components().contains(unit))
        .findFirst()
        .orElseThrow();
  }

  private CompletionStage<Receipt> approve(HealingEngine engine, String unit) {
    return engine.approve(about(engine, unit).confirmation().orElseThrow());
  }

  @Test
  void whatIsApprovedIsLookedAtAgainToo() {
    List<String> restarted = new ArrayList<>();
    HealingEngine engine =
        engine(
            execution -> {
              restarted.add("one");
              execution.pause(Duration.ofSeconds(5));
              broken.clear(); // web comes back with the database
              return ActionReport.failed("it says so, and yet it has helped");
            },
            Map.of(
                "limits",
                Map.of("cooldown", "0s"),
                "actions",
                Map.of("restart_service", Map.of("autonomy", "confirm"))));
    broken.add(WEB);
    run(engine, Duration.ofSeconds(10));
    broken.add(DATABASE);
    run(engine, Duration.ofSeconds(10));
    assertThat(about(engine, WEB).cause()).contains(about(engine, DATABASE).id());
    CompletionStage<Receipt> first = approve(engine, DATABASE);
    while (!first.toCompletableFuture().isDone()) {
      run(engine, Duration.ofMillis(100));
    }
    CompletionStage<Receipt> second = approve(engine, WEB);
    run(engine, Duration.ofSeconds(20));

    assertThat(restarted).hasSize(1);
    assertThat(second.toCompletableFuture().join().outcome()).isEqualTo(Outcome.NOT_ATTEMPTED);
    assertThat(about(engine, WEB).status()).isEqualTo(IncidentStatus.SELF_RECOVERED);
  }

  @Test
  void whatWaitedForItsCauseIsLookedAtAgainBeforeAnythingIsDoneAboutIt() {
    HealingEngine engine =
        engine(
            execution -> {
              broken.remove(DATABASE);
              // It comes back with the database, but only after the look that finds that healed.
              host.time().happens(Duration.ofSeconds(3), "web recovers", () -> broken.remove(WEB));
              return ActionReport.done("restarted");
            });
    broken.addAll(Set.of(DATABASE, WEB));
    run(engine, Duration.ofSeconds(20));

    assertThat(engine.audit().history(5))
        .singleElement()
        .satisfies(r -> assertThat(r.target()).isEqualTo(DATABASE))
        .satisfies(r -> assertThat(r.outcome()).isEqualTo(Outcome.HEALED));
    assertThat(engine.incidents())
        .extracting(i -> i.issue().components().first() + " " + i.status())
        .containsExactlyInAnyOrder(DATABASE + " HEALED", WEB + " SELF_RECOVERED");
  }
}
