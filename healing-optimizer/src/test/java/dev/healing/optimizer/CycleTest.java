package dev.healing.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.healing.api.ActionId;
import dev.healing.api.Configuration;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.Metric;
import dev.healing.api.Opportunity;
import dev.healing.api.Origin;
import dev.healing.api.Outcome;
import dev.healing.api.Preview;
import dev.healing.api.Receipt;
import dev.healing.api.RefusedException;
import dev.healing.spi.Detector;
import dev.healing.spi.Healer;
import dev.healing.spi.Optimizer;
import dev.healing.testkit.HostStates;
import dev.healing.testkit.TestHost;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is done by itself, when, and what is learned from it; in virtual time. */
class CycleTest {
  private static final long GIB = 1L << 30;

  private final TestHost host = new TestHost();
  private final List<Issue> healed = new ArrayList<>();
  private final List<Supplier<Optional<String>>> stops = new ArrayList<>();
  private final List<Detector> validators = new ArrayList<>();
  private boolean refuses;
  private long previewedBytes = GIB;
  private Duration takes = Duration.ofSeconds(1);
  private int previews;
  private Runnable meanwhile = () -> {};

  /** What the action gives of the mount's room. */
  private double given = GIB;

  private final Healer healer =
      new Healer() {
        @Override
        public CompletionStage<Receipt> heal(
            Issue issue, Optional<ActionId> action, Detector validator) {
          healed.add(issue);
          validators.add(validator);
          return CompletableFuture.completedFuture(receipt(issue, action.orElseThrow()));
        }

        @Override
        public CompletionStage<Receipt> heal(
            Issue issue,
            Optional<ActionId> action,
            Detector validator,
            Supplier<Optional<String>> stop) {
          stops.add(stop);
          return heal(issue, action, validator);
        }

        @Override
        public Optional<Preview> preview(Issue issue, ActionId action, HostState state) {
          previews++;
          meanwhile.run();
          if (refuses) {
            throw new RefusedException("there is nothing old enough");
          }
          return Optional.of(
              new Preview(
                  "/",
                  "filesystem:/",
                  List.of("delete"),
                  OptionalLong.of(7),
                  OptionalLong.of(previewedBytes),
                  takes,
                  new TreeMap<>()));
        }
      };

  @AfterEach
  void end() {
    host.time().close();
  }

  private Receipt receipt(Issue issue, ActionId action) {
    Map<String, Double> after = new TreeMap<>();
    issue
        .metrics()
        .forEach(
            (name, value) -> {
              if (name.contains("available.bytes") && !name.startsWith("benefit")) {
                after.put(name, value + given);
              }
            });
    return new Receipt(
        "r" + healed.size(),
        "i",
        issue.type(),
        issue.components(),
        action,
        issue.components().first(),
        Origin.AUTOMATIC,
        given > 0 ? Outcome.HEALED : Outcome.UNCHANGED,
        issue.detectedAt(),
        Optional.of(issue.detectedAt()),
        host.time().now(),
        issue.metrics(),
        new TreeMap<>(after),
        0.5,
        List.of("delete"),
        List.of(),
        new TreeMap<>(),
        List.of(),
        "done");
  }

  private Optimizer optimizer(String... windows) {
    Map<String, Object> section = new TreeMap<>();
    section.put("windows", List.of(windows));
    section.put("by-itself", "on");
    return new ProactiveOptimizerProvider()
        .create(host.withConfiguration(Configuration.of(section)), healer);
  }

  private HostStates host(double health) {
    return HostStates.at(host.time().now()).sample(Metric.HEALTH, health);
  }

  private HostState full(double health) {
    return host(health).disk("/", 0.9).disk("/a", 0.95).disk("/b", 0.97).memory(0.9).build();
  }

  private void minutes(Optimizer optimizer, int count, Supplier<HostState> state) {
    for (int minute = 0; minute < count; minute++) {
      optimizer.cycle(state.get(), true);
      host.time().advance(Duration.ofMinutes(1));
    }
  }

  @Test
  void oneOfAKindAtOnceAndTheNextAnHourLater() {
    Optimizer optimizer = optimizer();
    minutes(optimizer, 1, () -> full(90));
    assertThat(healed)
        .extracting(i -> i.components().first())
        .containsExactly("/b", "memory"); // the best of the three disks

    minutes(optimizer, 58, () -> full(90));
    assertThat(healed).hasSize(2);
    minutes(optimizer, 7, () -> full(90));
    assertThat(healed).hasSize(4);
  }

  @Test
  void nothingBelowTheHealthFloorNorWhereHealthIsUnknown() {
    Optimizer optimizer = optimizer();
    minutes(optimizer, 6, () -> full(39));
    minutes(optimizer, 6, () -> HostStates.at(host.time().now()).disk("/", 0.9).build());
    assertThat(healed).isEmpty();
    assertThat(optimizer.findOpportunities(full(39)).get(0).waits()).contains("health is 39");

    minutes(optimizer, 6, () -> full(40));
    assertThat(healed).isNotEmpty();
  }

  @Test
  void nothingIsDoneByItselfUnlessThatIsWanted() {
    Optimizer optimizer =
        new ProactiveOptimizerProvider()
            .create(host.withConfiguration(Configuration.of(Map.of())), healer);
    minutes(optimizer, 20, () -> full(90));
    assertThat(healed).isEmpty();
    assertThat(optimizer.findOpportunities(full(90)).get(0).waits())
        .isEqualTo("optimizer.proactive.by-itself is off");
  }

  @Test
  void nothingWhereItMayNotAct() {
    Optimizer optimizer = optimizer();
    for (int minute = 0; minute < 20; minute++) {
      optimizer.cycle(full(90), false);
      host.time().advance(Duration.ofMinutes(1));
    }
    assertThat(healed).isEmpty();
    assertThat(previews).isPositive(); // what it proposes is measured
  }

  @Test
  void whatItBringsIsMeasuredByItsActionAndOnceAnHour() {
    Optimizer optimizer = optimizer();
    previewedBytes = 3 * GIB;
    HostState state = host(90).disk("/", 0.9).build();

    Opportunity found = optimizer.findOpportunities(state).get(0);
    optimizer.findOpportunities(state);

    assertThat(found.benefit()).contains("a dry run counts 3.0 GiB");
    assertThat(found.estimate().orElseThrow().estimated()).hasValue(3.0 * GIB);
    assertThat(found.estimate().orElseThrow().of())
        .isEqualTo(Metric.of(Metric.FILESYSTEM_AVAILABLE, "/"));
    assertThat(previews).isEqualTo(1);
    host.time().advance(Duration.ofMinutes(61));
    optimizer.findOpportunities(state);
    assertThat(previews).isEqualTo(2);
  }

  @Test
  void whoHearsThatItWasTakenDoesNotWaitForAWalkThroughADisk() {
    Optimizer optimizer = optimizer();
    HostState state = host(90).disk("/", 0.9).build();
    CompletableFuture<Receipt> taken = new CompletableFuture<>();
    Opportunity found = optimizer.findOpportunities(state).get(0);
    CompletableFuture<Receipt> learned =
        optimizer.apply(found, (issue, action, validator) -> taken).toCompletableFuture();
    host.time().advance(Duration.ofMinutes(61));
    meanwhile =
        () -> {
          CompletableFuture<Void> heard =
              CompletableFuture.runAsync(
                  () -> taken.complete(receipt(found.issue(), found.action().orElseThrow())));
          assertThat(heard).succeedsWithin(Duration.ofSeconds(10));
        };
    optimizer.findOpportunities(state);
    assertThat(learned).isCompleted();

    meanwhile = () -> {};
    optimizer.findOpportunities(state);
    assertThat(previews).as("what was said meanwhile no longer holds").isEqualTo(3);
  }

  @Test
  void whatItsActionRefusesIsNoOpportunity() {
    refuses = true;
    assertThat(optimizer().findOpportunities(full(90))).isEmpty();
  }

  @Test
  void whatBringsNothingIsSoonNotProposedAnyMoreAlsoAfterARestart() {
    given = 0;
    Supplier<HostState> state = () -> host(90).disk("/", 0.85).build();
    Optimizer optimizer = optimizer();
    assertThat(optimizer.findOpportunities(state.get())).hasSize(1);
    minutes(optimizer, 300, state);

    assertThat(healed).hasSize(1);
    assertThat(optimizer.findOpportunities(state.get())).isEmpty();
    assertThat(optimizer().findOpportunities(state.get())).isEmpty();

    host.time().advance(Duration.ofDays(120)); // and is given another chance some day
    assertThat(optimizer().findOpportunities(state.get())).hasSize(1);
  }

  @Test
  void whatBringsWhatWasExpectedIsProposedAgainWithWhatCameOfIt() {
    Supplier<HostState> state = () -> host(90).disk("/", 0.85).build();
    Optimizer optimizer = optimizer();
    minutes(optimizer, 10, state);
    Opportunity again = optimizer().findOpportunities(state.get()).get(0);

    assertThat(again.confidence()).isGreaterThan(0.7);
    var benefit = again.last().orElseThrow().benefit().orElseThrow();
    assertThat(benefit.estimated()).hasValue((double) GIB);
    assertThat(benefit.actual().orElseThrow()).isCloseTo(GIB, within(1.0));
    assertThat(benefit.before()).isPresent();
  }

  private HostState byHour() {
    int hour = host.time().now().atZone(java.time.ZoneId.systemDefault()).getHour();
    return host(90).disk("/", 0.9).sample(Metric.CPU_BUSY, hour == 3 ? 0.05 : 0.6).build();
  }

  @Test
  void heavyWorkWaitsForAQuietHourThatItHasLearned() {
    takes = Duration.ofMinutes(10);
    Optimizer optimizer = optimizer();
    minutes(optimizer, 60, this::byHour);
    assertThat(optimizer.findOpportunities(byHour()).get(0).waits())
        .contains("which hours are quiet is not known yet");

    minutes(optimizer, 3 * 24 * 60, this::byHour);
    assertThat(healed).isNotEmpty();
    assertThat(healed)
        .allSatisfy(
            issue -> {
              assertThat(issue.detectedAt().atZone(java.time.ZoneId.systemDefault()).getHour())
                  .isEqualTo(3);
              assertThat(issue.description())
                  .contains("from 03:00 this host is usually 5 % busy", "count as quiet");
            });
  }

  @Test
  void withinTheWindowsOnlyWhichWillDoUntilHoursAreKnown() {
    takes = Duration.ofMinutes(10);
    LocalTime now = host.time().now().atZone(java.time.ZoneId.systemDefault()).toLocalTime();
    String later = hhmm(now.plusHours(2)) + "-" + hhmm(now.plusHours(3));
    Optimizer optimizer = optimizer(later);
    minutes(optimizer, 110, this::byHour);
    assertThat(healed).isEmpty();
    assertThat(optimizer.findOpportunities(byHour()).get(0).waits()).contains(later);

    minutes(optimizer, 20, this::byHour);
    assertThat(healed).hasSize(1);
  }

  private static String hhmm(LocalTime time) {
    return String.format("%02d:%02d", time.getHour(), time.getMinute());
  }

  @Test
  void heavyWorkIsToldToStopWhenTheHostGetsBusyAndLightWorkIsNot() {
    minutes(optimizer(), 1, () -> full(90));
    takes = Duration.ofMinutes(10);
    host.time().advance(Duration.ofHours(2));
    LocalTime now = host.time().now().atZone(java.time.ZoneId.systemDefault()).toLocalTime();
    String open = hhmm(now) + "-" + hhmm(now.plusHours(3));
    minutes(optimizer(open), 1, () -> full(90));
    HostState waiting =
        host(90).disk("/b", 0.97).sample(Metric.of(Metric.PRESSURE_SOME, "cpu"), 0.5).build();

    for (int look = 0; look < 3; look++) {
      assertThat(stops).allSatisfy(stop -> assertThat(stop.get()).isEmpty());
      validators.forEach(validator -> validator.detect(waiting));
    }
    assertThat(stops.get(0).get()).isEmpty();
    assertThat(stops.get(stops.size() - 1).get().orElse("")).contains("has become busy");
  }

  @Test
  void heavyWorkIsToldToStopWhenItsWindowEnds() {
    takes = Duration.ofMinutes(10);
    LocalTime now = host.time().now().atZone(java.time.ZoneId.systemDefault()).toLocalTime();
    minutes(optimizer(hhmm(now) + "-" + hhmm(now.plusHours(3))), 1, () -> full(90));
    assertThat(stops).isNotEmpty();

    host.time().advance(Duration.ofMinutes(170));
    assertThat(stops).allSatisfy(stop -> assertThat(stop.get()).isEmpty());
    host.time().advance(Duration.ofMinutes(10));
    assertThat(stops)
        .allSatisfy(stop -> assertThat(stop.get().orElse("")).contains("maintenance windows"));
  }

  @Test
  void aWindowThatIsNoneIsAMistake() {
    for (String wrong : List.of("2:00-5:00", "02:00", "02:00-02:00", "25:00-26:00", "night")) {
      Configuration section = Configuration.of(Map.of("windows", List.of(wrong)));
      new ProactiveOptimizerProvider().create(host.withConfiguration(section), healer);
      assertThat(section.problems()).as(wrong).hasSize(1);
      assertThat(section.problems().get(0)).contains("windows", "02:00-05:00", "'" + wrong + "'");
    }
  }

  @Test
  void aWindowMayGoOverMidnight() {
    Windows.Window night = new Windows.Window(LocalTime.of(22, 0), LocalTime.of(5, 0));
    Windows windows = new Windows(List.of(night), ZoneOffset.UTC);
    var day = java.time.LocalDate.of(2026, 1, 1);
    assertThat(windows.closed(day.atTime(23, 0).toInstant(ZoneOffset.UTC))).isEmpty();
    assertThat(windows.closed(day.atTime(4, 59).toInstant(ZoneOffset.UTC))).isEmpty();
    assertThat(windows.closed(day.atTime(5, 0).toInstant(ZoneOffset.UTC))).isPresent();
    assertThat(windows.closed(day.atTime(12, 0).toInstant(ZoneOffset.UTC))).isPresent();
  }
}
