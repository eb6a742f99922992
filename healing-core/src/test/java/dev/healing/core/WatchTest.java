package dev.healing.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.Configuration;
import dev.healing.api.Detection;
import dev.healing.api.HostState;
import dev.healing.api.Incident;
import dev.healing.api.IncidentStatus;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Metric;
import dev.healing.api.MetricForecast;
import dev.healing.api.Reading;
import dev.healing.api.Sample;
import dev.healing.api.Severity;
import dev.healing.api.Unreadable;
import dev.healing.core.plugins.Plugins;
import dev.healing.core.watch.Observation;
import dev.healing.core.watch.Watch;
import dev.healing.spi.SamplerProvider;
import dev.healing.spi.Workers;
import dev.healing.testkit.TestHost;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One plugin that does not work, between two that do. */
class WatchTest {
  private final TestHost host = new TestHost();
  private final Map<String, Integer> calls = new HashMap<>();
  private boolean hang;

  @AfterEach
  void end() {
    host.time().close();
  }

  private HealingEngine engine(Function<HostState, Detection> second) {
    HealingEngine engine =
        Given.engine(host, Map.of())
            .add(Given.detector("first", counted("first", state -> Detection.NOTHING)))
            .add(Given.detector("second", counted("second", second)))
            .add(Given.detector("third", counted("third", WatchTest::broken)))
            .build();
    engine.open();
    return engine;
  }

  private <T> Function<HostState, T> counted(String name, Function<HostState, T> detect) {
    return state -> {
      calls.merge(name, 1, Integer::sum);
      return detect.apply(state);
    };
  }

  private static Detection broken(HostState state) {
    return Detection.of(List.of(Given.issue(state.at(), "web.service")));
  }

  private void run(HealingEngine engine, Duration duration) {
    new EngineDriver(host.time(), engine).run(duration);
  }

  /** Waits as long as it hangs, whatever it is told. */
  private void hangs() {
    while (hang) {
      try {
        host.workers().sleep(Duration.ofSeconds(1));
      } catch (InterruptedException e) {
        // It does not listen.
      }
    }
  }

  private void seesTheFaultAndTheRest(Function<HostState, Detection> second, String... fault) {
    HealingEngine engine = engine(second);
    run(engine, Duration.ofMillis(10));
    assertThat(calls).as("in the same look").containsOnlyKeys("first", "second", "third");
    assertThat(engine.incidents()).extracting(i -> i.issue().type()).contains(Given.TYPE);
    assertThat(failed(engine).components()).containsExactly("detector:second");
    assertThat(failed(engine).description()).contains("detector:second").contains(fault);
    assertThat(failed(engine).severity()).isEqualTo(Severity.MEDIUM);
  }

  private static Issue failed(HealingEngine engine) {
    return engine.incidents().stream()
        .map(Incident::issue)
        .filter(issue -> issue.type().equals(IssueType.PLUGIN_FAILED))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void oneThatThrowsIsNamed() {
    seesTheFaultAndTheRest(
        state -> {
          throw new IllegalStateException("boom");
        },
        "threw",
        "boom");
  }

  @Test
  void oneThatRunsOutOfStackIsNamed() {
    seesTheFaultAndTheRest(
        state -> {
          throw new StackOverflowError();
        },
        "StackOverflowError");
  }

  @Test
  void oneThatReturnsNullIsNamed() {
    seesTheFaultAndTheRest(state -> null, "returned null");
  }

  @Test
  void oneThatReportsWhatItDoesNotDeclareIsNamed() {
    seesTheFaultAndTheRest(
        state ->
            Detection.of(
                List.of(
                    Issue.of(
                        state.at(),
                        IssueType.DISK_FULL,
                        Severity.HIGH,
                        "full",
                        Map.of(),
                        List.of("/")))),
        "reports disk_full",
        "declares [service_failed]");
  }

  /** And the one CRITICAL of them is not among those that are left out, wherever it stands. */
  @Test
  void ofOneThatReportsTooManyTheMostSevereAreTaken() {
    HealingEngine engine = engine(state -> many(state, 20_000));
    run(engine, Duration.ofMillis(10));
    assertThat(failed(engine).components()).containsExactly("detector:second");
    assertThat(failed(engine).description())
        .contains("detector:second reports 20000 issues", "the 1000 most severe are taken");
    assertThat(ofSecond(engine)).hasSize(1000);
    assertThat(ofSecond(engine))
        .filteredOn(issue -> issue.severity() == Severity.CRITICAL)
        .singleElement()
        .satisfies(issue -> assertThat(issue.components()).containsExactly("p19999"));
  }

  @Test
  void asManyAsAreTakenAreNoFault() {
    HealingEngine engine = engine(state -> many(state, 1000));
    run(engine, Duration.ofMillis(10));
    assertThat(ofSecond(engine)).hasSize(1000);
    assertThat(engine.incidents())
        .noneMatch(one -> one.issue().type().equals(IssueType.PLUGIN_FAILED));
  }

  /** Of what is not taken any more nobody knows whether it is over. */
  @Test
  void whatIsCrowdedOutIsNotOver() {
    List<Integer> counts = new ArrayList<>(List.of(1));
    HealingEngine engine = engine(state -> many(state, counts.get(0)));
    run(engine, Duration.ofSeconds(3));
    String first = ofSecond(engine).get(0).components().first();
    counts.set(0, 5000);
    run(engine, Duration.ofSeconds(20));
    assertThat(ofSecond(engine)).anyMatch(issue -> issue.components().contains(first));
    counts.set(0, 0);
    run(engine, Duration.ofSeconds(20));
    assertThat(ofSecond(engine)).isEmpty();
  }

  /** What it does not name any more may be there, as what it does not report. */
  @Test
  void ofOneThatCannotJudgeTooManyNothingIsConcluded() {
    List<Detection> told = new ArrayList<>();
    HealingEngine engine = engine(state -> told.isEmpty() ? many(state, 1) : told.get(0));
    run(engine, Duration.ofSeconds(3));
    assertThat(ofSecond(engine)).hasSize(1);
    told.add(new Detection(List.of(), unreadable(1001)));
    run(engine, Duration.ofSeconds(20));
    assertThat(engine.unreadable()).filteredOn(one -> one.what().startsWith("u")).hasSize(1000);
    assertThat(failed(engine).description())
        .contains("reports 1001 components that it cannot judge", "only 1000 are taken");
    assertThat(ofSecond(engine)).hasSize(1);

    told.set(0, new Detection(List.of(), unreadable(1000)));
    run(engine, Duration.ofSeconds(3));
    assertThat(engine.incidents())
        .noneMatch(one -> !one.closed() && one.issue().type().equals(IssueType.PLUGIN_FAILED));
    assertThat(ofSecond(engine)).as("it can judge this one").isEmpty();
  }

  private static List<Unreadable> unreadable(int count) {
    return IntStream.range(0, count).mapToObj(i -> new Unreadable("u" + i, "why")).toList();
  }

  @Test
  void ofOneThatForecastsTooMuchTheNearestAreTaken() {
    HealingEngine engine =
        engine(
            state ->
                new Detection(
                    many(state, 1).issues(),
                    List.of(),
                    Duration.ZERO,
                    IntStream.range(0, 3000).mapToObj(i -> forecast(state, i)).toList(),
                    Map.of()));
    run(engine, Duration.ofSeconds(3));
    assertThat(engine.forecasts())
        .hasSize(1000)
        .allMatch(one -> one.probability() >= 0.6 || one.reaches())
        .anyMatch(MetricForecast::reaches);
    assertThat(failed(engine).description())
        .endsWith("3000 forecasts in one look: only the 1000 nearest to their limits are taken");
  }

  private static MetricForecast forecast(HostState state, int i) {
    return new MetricForecast(
        Metric.of(Metric.FILESYSTEM_USED, "/" + i),
        state.at(),
        0.5,
        1,
        Duration.ofHours(4),
        i / 3000.0,
        i == 7,
        Optional.empty(),
        Optional.empty(),
        new MetricForecast.Record(0, 0));
  }

  private static Detection many(HostState state, int count) {
    List<Issue> issues = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      boolean last = i == 19_999;
      String name = count == 1 ? "zzz" : "p" + i;
      issues.add(Given.issue(state.at(), last ? Severity.CRITICAL : Severity.LOW, name));
    }
    return Detection.of(issues);
  }

  private static final Set<IncidentStatus> OVER =
      Set.of(IncidentStatus.HEALED, IncidentStatus.SELF_RECOVERED);

  private static List<Issue> ofSecond(HealingEngine engine) {
    return engine.incidents().stream()
        .filter(one -> !OVER.contains(one.status()))
        .map(Incident::issue)
        .filter(issue -> issue.type().equals(Given.TYPE))
        .filter(issue -> !issue.components().contains("web.service"))
        .toList();
  }

  @Test
  void oneThatHangsIsLeftBehindAndNotCalledAgainUntilItComesBack() {
    hang = true;
    HealingEngine engine =
        engine(
            state -> {
              hangs();
              return Detection.NOTHING;
            });
    run(engine, Duration.ofMillis(2010));
    assertThat(calls).containsKey("third");
    assertThat(failed(engine).description()).contains("not come back");

    run(engine, Duration.ofMinutes(10));
    assertThat(calls.get("second")).isEqualTo(1);
    assertThat(calls.get("third")).isGreaterThan(500);
    assertThat(host.time().tasks()).as("stuck threads").isEqualTo(1);
    assertThat(failed(engine).description()).contains("has not come back");

    hang = false;
    run(engine, Duration.ofSeconds(5));
    assertThat(calls.get("second")).isGreaterThan(1);
    assertThat(host.time().tasks()).isZero();
    assertThat(engine.incidents())
        .filteredOn(i -> i.issue().type().equals(IssueType.PLUGIN_FAILED))
        .allSatisfy(i -> assertThat(i.closedAt()).isPresent());
  }

  @Test
  void aLateAnswerIsThrownAway() {
    hang = true;
    HealingEngine engine =
        engine(
            state -> {
              if (calls.get("second") > 1) {
                return Detection.NOTHING;
              }
              hangs();
              return Detection.of(List.of(Given.issue(state.at(), "ghost.service")));
            });
    run(engine, Duration.ofSeconds(10));
    hang = false;
    run(engine, Duration.ofSeconds(10));
    assertThat(calls.get("second")).isGreaterThan(1);
    assertThat(engine.incidents()).noneMatch(i -> i.issue().components().contains("ghost.service"));
  }

  @Test
  void aSamplerThatHangsCostsItsDeadlineOnceAndIsMissed() {
    hang = true;
    Metric metric = Metric.of("it.count");
    SamplerProvider slow =
        Given.sampler(
            "slow",
            () -> {
              calls.merge("slow", 1, Integer::sum);
              hangs();
              Sample sample = new Sample(metric, 1, host.time().now());
              return new Reading(List.of(sample), List.of(), List.of());
            });
    HealingEngine engine =
        Given.engine(host, Map.of())
            .add(slow)
            .add(Given.detector("third", counted("third", WatchTest::broken)))
            .build();
    engine.open();
    run(engine, Duration.ofMinutes(1));
    assertThat(calls.get("slow")).isEqualTo(1);
    assertThat(calls.get("third")).isGreaterThan(50);
    assertThat(engine.state().orElseThrow().sample(metric)).isEmpty();
    assertThat(failed(engine).components()).containsExactly("sampler:slow");
    hang = false;
    run(engine, Duration.ofSeconds(3));
    assertThat(engine.state().orElseThrow().sample(metric)).isPresent();
  }

  @Test
  void anAnswerInTheVeryLastMomentIsOneAnswer() {
    List<Observation> arrived = new ArrayList<>();
    Watch watch = looks(state -> pass(Duration.ofSeconds(2)), false, arrived);
    assertThat(arrived).hasSize(1);
    watch.enforce(Duration.ofSeconds(2));
    assertThat(arrived).as("though its thread has not ended yet").hasSize(1);
    assertThat(arrived.get(0).faults()).isEmpty();
  }

  @Test
  void aThreadThatDiesDoesNotEndAllLooks() {
    List<Observation> arrived = new ArrayList<>();
    Watch watch =
        looks(
            state -> {
              throw new OutOfMemoryError("in a test");
            },
            true,
            arrived);
    assertThat(arrived).isEmpty();
    host.time().advance(Duration.ofSeconds(2));
    watch.enforce(Duration.ofSeconds(2));
    assertThat(arrived)
        .singleElement()
        .satisfies(
            look ->
                assertThat(look.faults())
                    .containsEntry("detector:late", "did not come back within 2000 ms"));
  }

  /** A look whose tasks run at once, and say whether they have ended whatever is true. */
  private Watch looks(
      Function<HostState, Detection> detect, boolean ended, List<Observation> arrived) {
    Plugins plugins =
        Given.engine(host, Map.of()).add(Given.detector("late", detect)).build().loop().plugins();
    Watch watch = new Watch(host.time(), new AtOnce(ended), samples -> {});
    watch.begin(plugins, plugins.detectors(), List.of(), arrived::add);
    return watch;
  }

  @Test
  void aLookThatGetsNoWorkerArrivesAndSaysWhoHasThem() {
    Plugins plugins =
        Given.engine(host, Map.of())
            .add(Given.detector("one", state -> Detection.NOTHING))
            .add(Given.detector("two", state -> Detection.NOTHING))
            .build()
            .loop()
            .plugins();
    List<Observation> arrived = new ArrayList<>();
    Watch watch = new Watch(host.time(), new NoneFree(), samples -> {});
    watch.begin(plugins, plugins.detectors(), List.of(), arrived::add);
    assertThat(watch.enforce(Duration.ofSeconds(2))).contains(Duration.ofSeconds(2));
    host.time().advance(Duration.ofSeconds(2));
    watch.enforce(Duration.ofSeconds(2));
    assertThat(arrived)
        .singleElement()
        .satisfies(look -> assertThat(look.detections()).isEmpty())
        .satisfies(
            look ->
                assertThat(look.faults())
                    .containsOnlyKeys("look")
                    .containsEntry(
                        "look",
                        "got no worker within 2000 ms; those that have one: prepare it (256"
                            + " times)"));
    watch.ended();
    assertThat(watch.looking()).isFalse();
  }

  @Test
  void aReloadIsAChanceForOneThatHung() {
    hang = true;
    HealingEngine engine =
        engine(
            state -> {
              hangs();
              return Detection.NOTHING;
            });
    run(engine, Duration.ofSeconds(10));
    assertThat(calls.get("second")).isEqualTo(1);

    engine.reload(Configuration.empty());
    run(engine, Duration.ofSeconds(10));
    assertThat(calls.get("second")).isEqualTo(2);
  }

  /** All threads are taken. */
  private record NoneFree() implements Workers, Workers.Task {
    @Override
    public Task start(String name, Runnable task) {
      return this;
    }

    @Override
    public String underWay() {
      return "prepare it (256 times)";
    }

    @Override
    public void sleep(Duration duration) {
      throw new AssertionError("nobody sleeps here");
    }

    @Override
    public void cancel() {}

    @Override
    public boolean done() {
      return false;
    }
  }

  private record AtOnce(boolean done) implements Workers, Workers.Task {
    @Override
    public Task start(String name, Runnable task) {
      try {
        task.run();
      } catch (OutOfMemoryError e) {
        // The thread is gone.
      }
      return this;
    }

    @Override
    public void sleep(Duration duration) {
      throw new AssertionError("nobody sleeps here");
    }

    @Override
    public void cancel() {}
  }

  private Detection pass(Duration duration) {
    host.time().advance(duration);
    return Detection.NOTHING;
  }
}
