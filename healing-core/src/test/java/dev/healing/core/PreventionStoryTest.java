package dev.healing.core;

import static dev.healing.core.Prevention.Verdict.NEEDLESS;
import static dev.healing.core.Prevention.Verdict.PREVENTED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.ActionDescription;
import dev.healing.api.ActionId;
import dev.healing.api.ActionReport;
import dev.healing.api.Detection;
import dev.healing.api.HostState;
import dev.healing.api.Incident;
import dev.healing.api.IncidentStatus;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Metric;
import dev.healing.api.MetricForecast;
import dev.healing.api.Preview;
import dev.healing.api.Reading;
import dev.healing.api.Receipt;
import dev.healing.api.Risk;
import dev.healing.api.Sample;
import dev.healing.api.Severity;
import dev.healing.optimizer.prediction.Prediction;
import dev.healing.spi.Execution;
import dev.healing.spi.HealingAction;
import dev.healing.spi.PreparedAction;
import dev.healing.testkit.TestHost;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * A file system that fills or does not, a look a minute, and an action that frees what it is told
 * is enough: what is predicted, done about it, and said of that afterwards. In virtual time.
 */
class PreventionStoryTest {
  private static final String VAR = "/var";
  private static final Metric USED = Metric.of(Metric.FILESYSTEM_USED, VAR);
  private static final Duration DAY = Duration.ofDays(1);

  private final TestHost host = new TestHost();
  private final Random random = new Random(1);
  private final List<Double> cleanedAt = new ArrayList<>();
  private final List<String> clock = new ArrayList<>();
  private String autonomy = "auto";
  private DoubleUnaryOperator written = hours -> 0.3;
  private double freed;
  private double highest;
  private HealingEngine engine;

  @AfterEach
  void end() {
    host.time().close();
  }

  /** What is written once is read at every start. */
  @Test
  void aTimeThatNobodyCanWaitForHindersNeitherHealingNorTheNextStart() {
    Metric judged = Metric.of(Metric.FORECAST_JUDGED, VAR);
    Function<HostState, Detection> nonsense =
        state ->
            Detection.of(
                cleanedAt.isEmpty()
                    ? List.of(
                        Given.issue(state.at(), VAR)
                            .telling(
                                "it fills", Map.of(USED.toString(), 0.5, judged.toString(), 1e300)))
                    : List.of());
    EngineBuilder builder =
        Given.engine(host, Map.of())
            .add(Given.sampler("disks", this::read))
            .add(Given.detector("fills", nonsense))
            .add(
                Given.action(
                    Given.RESTART,
                    Risk.LOW,
                    execution -> {
                      cleanedAt.add(0.5);
                      return ActionReport.done("cleaned");
                    }));
    engine = builder.build();
    engine.open();
    new EngineDriver(host.time(), engine).run(Duration.ofSeconds(30));
    assertThat(engine.audit().history(10)).hasSize(1);
    assertThat(engine.incidents().get(0).status()).isEqualTo(IncidentStatus.HEALED);
    engine.close();

    engine = builder.build();
    engine.open();
    new EngineDriver(host.time(), engine).run(Duration.ofSeconds(30));
    assertThat(engine.audit().preventions()).isEmpty();
  }

  private double hours() {
    return host.time().elapsed().toMinutes() / 60.0;
  }

  private double used() {
    return Math.max(0, written.applyAsDouble(hours()) - freed);
  }

  private Reading read() {
    double now = Math.min(1, used() + 0.001 * random.nextGaussian());
    highest = Math.max(highest, now);
    return new Reading(
        List.of(
            new Sample(USED, now, host.time().now()),
            new Sample(Metric.HEALTH, 100, host.time().now())),
        List.of(),
        List.of());
  }

  /** Frees what brings it to where the issue is over, and a little more; in ten minutes. */
  private final class Clean implements HealingAction {
    @Override
    public ActionDescription description() {
      return new ActionDescription(
          ActionId.CLEAN_DISK,
          "cleans",
          Set.of(IssueType.PREDICTED_DISK_FULL),
          Risk.MEDIUM,
          Set.of(),
          true,
          ActionDescription.IRREVERSIBLE,
          Duration.ofSeconds(1),
          Duration.ofMinutes(30));
    }

    @Override
    public PreparedAction prepare(Issue issue, HostState state) {
      double target = issue.metrics().get(Metric.of(Metric.CLEARS_BELOW, VAR).toString());
      return new PreparedAction() {
        @Override
        public Preview preview() {
          return Preview.of(VAR, "filesystem:" + VAR, Duration.ofMinutes(10), Map.of(), "clean");
        }

        @Override
        public ActionReport execute(Execution execution) {
          cleanedAt.add(used());
          execution.pause(Duration.ofMinutes(10));
          freed += Math.max(0, used() - target + 0.01);
          return ActionReport.done("cleaned");
        }
      };
    }
  }

  private void start() {
    engine =
        Given.engine(host, Map.of("autonomy", autonomy, "interval", "1m"))
            .add(Given.sampler("disk", this::read))
            .add(new Prediction.DiskFull())
            .add(new Given.Actions(ActionId.CLEAN_DISK.name(), new Clean()))
            .build();
    engine.addListener(event -> clock.add(event.kind() + " " + event.message()));
    engine.open();
  }

  private void crash() {
    host.time().killTasks();
    host.state().restart();
    start();
  }

  private void run(Duration duration) {
    new EngineDriver(host.time(), engine).run(duration);
  }

  private int count(Prevention.Verdict verdict) {
    return engine.status().preventions().get(verdict);
  }

  private List<Incident> incidents() {
    return engine.incidents();
  }

  private static DoubleUnaryOperator leakFrom(double hour, double perHour) {
    return hours -> 0.3 + perHour * Math.max(0, hours - hour);
  }

  @Test
  void whatWillBeFullIsCleanedBeforeAndThatCountsAsPrevented() {
    written = leakFrom(48, 0.06);
    start();
    run(DAY.multipliedBy(2));
    assertThat(incidents()).as("while it does not grow").isEmpty();
    run(Duration.ofHours(18));
    assertThat(cleanedAt).as("cleaned at %s", cleanedAt).isNotEmpty();
    assertThat(highest).as("the highest it ever was").isLessThan(0.9);
    assertThat(count(PREVENTED)).as("prevented; %s", clock).isPositive();
    assertThat(count(NEEDLESS)).isZero();
    Incident first = incidents().get(incidents().size() - 1);
    assertThat(first.status()).isEqualTo(IncidentStatus.HEALED);
    assertThat(first.issue().severity()).isEqualTo(Severity.MEDIUM);
    assertThat(first.issue().metrics())
        .containsKeys(
            "forecast.lower.seconds{/var}",
            "forecast.at.seconds{/var}",
            "forecast.upper.seconds{/var}",
            "forecast.probability.fraction{/var}");
    assertThat(clock).anyMatch(line -> line.startsWith("PREVENTION_JUDGED predicted_disk_full"));
  }

  /** Without knowing that it was us, the second rise would look like a rotation. */
  @Test
  void ourOwnCleanUpsAreNoRotation() {
    written = leakFrom(48, 0.06);
    start();
    run(DAY.multipliedBy(4));
    assertThat(cleanedAt.size()).as("cleaned at %s", cleanedAt).isBetween(4, 40);
    assertThat(highest).isLessThan(0.9);
    assertThat(count(PREVENTED)).isGreaterThanOrEqualTo(cleanedAt.size() - 3);
    assertThat(count(NEEDLESS)).isZero();
  }

  @Test
  void whatIsPendingAtACrashIsJudgedAfterIt() {
    written = leakFrom(48, 0.06);
    start();
    run(DAY.multipliedBy(2));
    while (cleanedAt.isEmpty()) {
      run(Duration.ofMinutes(10));
      assertThat(used()).as("not cleaned").isLessThan(0.9);
    }
    run(Duration.ofMinutes(30));
    assertThat(count(PREVENTED)).isZero();
    crash();
    run(Duration.ofMinutes(5));
    List<MetricForecast> known = engine.forecasts();
    assertThat(known).as("warmed from what is on disk").hasSize(1);
    assertThat(known.get(0).silence()).isEmpty();
    written = leakFrom(48, 0.06);
    run(Duration.ofHours(10));
    int prevented = count(PREVENTED);
    assertThat(prevented).as("%s", clock).isPositive();
    crash();
    assertThat(count(PREVENTED)).as("durable").isEqualTo(prevented);
    assertThat(engine.audit().preventions()).hasSize(prevented);
    Receipt receipt = engine.audit().history(100).get(0);
    assertThat(receipt.type()).isEqualTo(IssueType.PREDICTED_DISK_FULL);
  }

  @Test
  void whatWouldNotHaveBeenIsNeedless() {
    written = leakFrom(48, 0.06);
    start();
    run(DAY.multipliedBy(2));
    while (cleanedAt.isEmpty()) {
      run(Duration.ofMinutes(10));
      assertThat(used()).as("not cleaned").isLessThan(0.9);
    }
    double stopped = hours();
    double level = written.applyAsDouble(stopped);
    written = hours -> level;
    run(Duration.ofHours(16));
    assertThat(cleanedAt).hasSize(1);
    assertThat(count(NEEDLESS)).as("%s", clock).isEqualTo(1);
    assertThat(count(PREVENTED)).isZero();
    MetricForecast forecast = engine.forecasts().get(0);
    assertThat(forecast.record().wrong()).as("it knows").isPositive();
  }

  @Test
  void aRotationIsNoProblem() {
    written = hours -> 0.4 + 0.4 * (hours % 6) / 6;
    start();
    run(DAY); // it is new
    clock.clear();
    run(DAY.multipliedBy(4));
    assertThat(clock).isEmpty();
    assertThat(cleanedAt).isEmpty();
  }

  @Test
  void whoOnlyObservesDoesNothing() {
    autonomy = "observe";
    written = leakFrom(48, 0.06);
    start();
    run(Duration.ofHours(48 + 10));
    assertThat(cleanedAt).isEmpty();
    assertThat(incidents()).hasSize(1);
    assertThat(incidents().get(0).decision().orElseThrow().plan().actions()).isNotEmpty();
    assertThat(engine.status().preventions().values()).allMatch(count -> count == 0);
  }

  /** It rises as if to fill, and is taken back by somebody, at no time of day. */
  @Test
  void itIsSilentWhereItWasWrong() {
    autonomy = "observe";
    written = leakFrom(48, 0.06);
    start();
    run(DAY.multipliedBy(2));
    while (incidents().isEmpty()) {
      run(Duration.ofMinutes(10));
      assertThat(used()).as("not told").isLessThan(0.9);
    }
    double level = used();
    written = hours -> level;
    run(Duration.ofHours(10));
    assertThat(engine.forecasts().get(0).record().wrong()).isPositive();
    written = leakFrom(hours() + 12, 0.06);
    int told = incidents().size();
    double last = hours() + 20;
    while (hours() < last) {
      run(Duration.ofMinutes(10));
      assertThat(engine.forecasts().get(0).reaches()).isFalse();
    }
    assertThat(incidents()).hasSize(told);
  }
}
