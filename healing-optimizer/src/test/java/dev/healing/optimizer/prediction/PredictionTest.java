package dev.healing.optimizer.prediction;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.ActionId;
import dev.healing.api.Configuration;
import dev.healing.api.Detection;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Metric;
import dev.healing.api.MetricForecast;
import dev.healing.api.Outcome;
import dev.healing.api.OwnAction;
import dev.healing.api.Sample;
import dev.healing.api.Severity;
import dev.healing.spi.Detector;
import dev.healing.spi.MeasuredPast;
import dev.healing.testkit.HostStates;
import dev.healing.testkit.TestHost;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Its past: two days at 0.1, then a leak of 0.06 an hour. */
class PredictionTest {
  private static final Metric BYTES = Metric.of(Metric.FILESYSTEM_USED, "/var");
  private static final Metric INODES = Metric.of(Metric.FILESYSTEM_INODES_USED, "/var");
  private static final double NOW = 0.88;

  private final TestHost host = new TestHost();
  private final Instant start = host.time().now();
  private int reads;

  @AfterEach
  void end() {
    host.time().close();
  }

  private List<Sample> past(Metric metric, Instant since, Duration step) {
    reads++;
    List<Sample> samples = new ArrayList<>();
    if (metric.equals(BYTES) || metric.equals(Metric.MEMORY_USED)) {
      for (int minute = -60 * 60; minute < 0; minute += 2) {
        double value = NOW + 0.001 * Math.max(-740, minute);
        samples.add(new Sample(metric, value, start.plus(Duration.ofMinutes(minute))));
      }
    }
    return samples;
  }

  private Detector detector(Map<String, ?> configuration) {
    return new Prediction.DiskFull()
        .create(host.past(this::past).withConfiguration(Configuration.of(configuration)));
  }

  private HostState state(int seconds, double value, OwnAction... own) {
    HostStates state =
        HostStates.at(start.plusSeconds(seconds)).sample(BYTES, value).sample(INODES, 0.1);
    for (OwnAction one : own) {
      state.own(one);
    }
    return state.build();
  }

  private Detection looks(Detector detector, int seconds) {
    Detection last = Detection.NOTHING;
    for (int second = 0; second <= seconds; second++) {
      last = detector.detect(state(second, NOW + second / 60_000.0));
    }
    return last;
  }

  private OwnAction cleaning(int from, int to) {
    return cleaning(from, to, Optional.empty());
  }

  private OwnAction cleaning(int from, int to, Optional<Outcome> outcome) {
    return new OwnAction(
        IssueType.DISK_FULL,
        ActionId.CLEAN_DISK,
        "/var",
        new TreeSet<>(List.of("/var")),
        start.plusSeconds(from),
        start.plusSeconds(from),
        Optional.of(start.plusSeconds(to)),
        outcome);
  }

  /** A crash in the middle of one is found days later, and a clock was set during another. */
  @Test
  void itLooksAheadForAsLongAsACleanUpTookAndNotUntilItsEndWasKnown() {
    int day = 86_400;
    OwnAction[] own = {
      cleaning(-9 * day, -day, Optional.of(Outcome.AMBIGUOUS)),
      cleaning(-9 * day, -9 * day + 1800, Optional.of(Outcome.HEALED)),
      cleaning(-9 * day, -9 * day + 3600, Optional.of(Outcome.UNCHANGED)),
      cleaning(-9 * day, -2 * day, Optional.of(Outcome.HEALED))
    };
    Detector detector = detector(Map.of());
    Detection last = Detection.NOTHING;
    for (int second = 0; second <= 90; second++) {
      last = detector.detect(state(second, 0.5, own));
    }
    assertThat(last.forecasts())
        .filteredOn(forecast -> forecast.metric().equals(BYTES))
        .extracting(MetricForecast::horizon)
        .containsExactly(Duration.ofHours(5));
  }

  @Test
  void whatWillBeFullIsReportedFromWhatWasBeforeTheStart() {
    Detection found = looks(detector(Map.of()), 90);
    assertThat(found.issues()).as("%s", found).hasSize(1);
    Issue issue = found.issues().get(0);
    assertThat(issue.type()).isEqualTo(IssueType.PREDICTED_DISK_FULL);
    assertThat(issue.severity()).isEqualTo(Severity.MEDIUM);
    assertThat(issue.components()).containsExactly("/var");
    assertThat(issue.description())
        .startsWith("/var: 88 % of its bytes are in use, and its limit will be reached in ");
    double target = issue.metrics().get(Metric.of(Metric.CLEARS_BELOW, "/var").toString());
    assertThat(target).isBetween(0.1, 0.8);
    assertThat(issue.metrics())
        .doesNotContainKey(INODES.toString())
        .containsEntry(Metric.OLDER_THAN.toString(), 30 * 86_400.0);
    assertThat(found.forecasts()).extracting(MetricForecast::metric).contains(BYTES);
  }

  @Test
  void untilThePastIsReadNothingIsConcluded() {
    Detector detector = detector(Map.of());
    assertThat(detector.detect(state(0, NOW)).age()).isEqualTo(Duration.ofDays(1));
    assertThat(reads).as("who looks once reads nothing").isZero();
    looks(detector, 90);
    assertThat(reads).as("each once, far back and near by").isEqualTo(4);
    assertThat(detector.detect(state(91, NOW)).age()).isZero();
  }

  @Test
  void whatWasCleanedIsOverAtTheNextSample() {
    Detector detector = detector(Map.of());
    looks(detector, 90);
    assertThat(detector.detect(state(95, 0.4, cleaning(91, 95))).issues()).isEmpty();
  }

  @Test
  void withoutASampleOfAfterwardsItIsStillThereAndOld() {
    Detector detector = detector(Map.of());
    looks(detector, 90);
    HostState stale =
        HostStates.at(start.plusSeconds(96))
            .sample(BYTES, NOW, start.plusSeconds(90))
            .own(cleaning(91, 95))
            .build();
    List<Issue> issues = detector.detect(stale).issues();
    assertThat(issues).hasSize(1);
    assertThat(issues.get(0).detectedAt()).isBeforeOrEqualTo(start.plusSeconds(90));
  }

  @Test
  void whatCannotBeMeasuredIsUnreadableAndNotGone() {
    Detector detector = detector(Map.of());
    looks(detector, 90);
    HostState blind = HostStates.at(start.plusSeconds(100)).sample(INODES, 0.1).build();
    Detection found = detector.detect(blind);
    assertThat(found.issues()).isEmpty();
    assertThat(found.unreadable()).extracting("what").containsExactly("/var");
  }

  @Test
  void itsKeysHold() {
    assertThat(looks(detector(Map.of("ignore", List.of("/v*"))), 90).forecasts()).isEmpty();
    assertThat(looks(detector(Map.of("below", "80%")), 90).issues()).isEmpty();
    assertThat(looks(detector(Map.of("within", "30m")), 90).issues()).isEmpty();
    assertThat(looks(detector(Map.of("probability", "100%")), 90).issues()).isEmpty();
    Configuration wrong = Configuration.of(Map.of("within", "2d"));
    new Prediction.DiskFull().create(host.withConfiguration(wrong));
    assertThat(wrong.problems()).anyMatch(problem -> problem.contains("10m to 24h"));
  }

  @Test
  void memoryIsReportedAsMemory() {
    Detector detector =
        new Prediction.MemoryHigh()
            .create(host.past(this::past).withConfiguration(Configuration.empty()));
    Detection found = Detection.NOTHING;
    for (int second = 0; second <= 90; second++) {
      HostStates state = HostStates.at(start.plusSeconds(second));
      found = detector.detect(state.sample(Metric.MEMORY_USED, NOW + second / 60_000.0).build());
    }
    assertThat(found.issues()).hasSize(1);
    assertThat(found.issues().get(0).components()).containsExactly("memory");
  }

  @Test
  void withoutAPastItSaysNothingForHours() {
    Detector detector =
        new Prediction.DiskFull()
            .create(host.past(MeasuredPast.NONE).withConfiguration(Configuration.empty()));
    Detection found = looks(detector, 90);
    assertThat(found.issues()).isEmpty();
    assertThat(found.forecasts())
        .allMatch(forecast -> forecast.silence().orElse("").contains("three and a half hours"));
  }

  /** It grows by a hundredth an hour, and was at so much some days ago. */
  private Detection slowly(double highest, int daysAgo) {
    return grows(highest, daysAgo, 0.01);
  }

  private Detection grows(double highest, int daysAgo, double anHour) {
    MeasuredPast past =
        (metric, since, step) -> {
          List<Sample> samples = new ArrayList<>();
          Instant then = start.minus(Duration.ofDays(daysAgo));
          if (metric.equals(BYTES) && then.isAfter(since)) {
            samples.add(new Sample(metric, highest, then));
          }
          for (int minute = -60 * 60; metric.equals(BYTES) && minute < 0; minute += 2) {
            samples.add(
                new Sample(
                    metric,
                    Math.max(0.1, 0.87 + minute * anHour / 60),
                    start.plus(Duration.ofMinutes(minute))));
          }
          return samples;
        };
    Detector detector =
        new Prediction.DiskFull()
            .create(host.past(past).withConfiguration(Configuration.of(Map.of())));
    Detection last = Detection.NOTHING;
    for (int second = 0; second <= 90; second++) {
      last = detector.detect(state(second, 0.87 + second / 360_000.0));
    }
    return last;
  }

  @Test
  void whatWasAProblemIsPredictedBeforeItIsOneAgain() {
    Detection found = slowly(0.93, 20);
    assertThat(found.issues()).hasSize(1);
    Issue issue = found.issues().get(0);
    assertThat(issue.description())
        .contains("and 90 %, where it was within the last 21 d, will be reached again in ");
    assertThat(issue.metrics())
        .containsEntry(Metric.of(Metric.FORECAST_LIMIT, "/var").toString(), 0.9)
        .doesNotContainKey(Metric.OLDER_THAN.toString());
    double target = issue.metrics().get(Metric.of(Metric.CLEARS_BELOW, "/var").toString());
    assertThat(target).as("it lasts for days").isLessThan(0.9 - 2 * 24 * 0.01);
    assertThat(found.forecasts())
        .filteredOn(forecast -> forecast.metric().equals(BYTES))
        .extracting(MetricForecast::limit)
        .as("what is shown is still when it is full")
        .containsExactly(1.0);
  }

  @Test
  void whatIsThereFirstIsPredicted() {
    String limit = Metric.of(Metric.FORECAST_LIMIT, "/var").toString();
    Issue issue = grows(0.93, 20, 0.06).issues().get(0);
    assertThat(issue.metrics()).containsEntry(limit, 0.9);
    assertThat(issue.metrics().get(Metric.of(Metric.FORECAST_AT, "/var").toString()))
        .isLessThan(3600);
    assertThat(grows(0.89, 20, 0.06).issues().get(0).metrics()).containsEntry(limit, 1.0);
  }

  @Test
  void whatNeverWasOneOrLongAgoIsNot() {
    assertThat(slowly(0.89, 20).issues()).isEmpty();
    assertThat(slowly(0.93, 31).issues()).isEmpty();
  }
}
